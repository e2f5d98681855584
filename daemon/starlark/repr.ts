import { Float, formatFloat } from './float.ts';
import { quote } from './bytes.ts';
import { fail } from './trace.ts';
import { StarlarkObject } from './value.ts';
import type { Value } from './value.ts';
import { List } from './sequence.ts';

/** Values inside values inside …; deeper data is no data people print. */
const depthMax = 1000;

/** What `repr(x)` gives: strings quoted, containers written out, a container inside itself as `[...]` or `{...}`. */
export function repr(value: Value): string {
  const open: StarlarkObject[] = [];
  const write = (part: Value): string => {
    if (!(part instanceof StarlarkObject)) return scalar(part);
    if (part instanceof Float) return formatFloat(part.value);
    if (open.includes(part)) return part instanceof List ? '[...]' : '{...}';
    if (open.length >= depthMax) fail(`value nests deeper than ${depthMax} levels`);
    open.push(part);
    const text = part.repr(write);
    open.pop();
    return text;
  };
  return write(value);
}

function scalar(value: Exclude<Value, StarlarkObject>): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value === null ? 'None' : String(value);
}

/** What `str(x)` and `print` give: strings as they are, all else as `repr`. */
export function str(value: Value): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : repr(value);
}
