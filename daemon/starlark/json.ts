// The `json` module. Predeclared by those who want it.
import { hostFunction } from './host.ts';
import { NotJson, decodeJson } from './json-decode.ts';
import { encodeJson, indentJson } from './json-encode.ts';
import { makeModule } from './struct.ts';
import { fail } from './trace.ts';
import type { Value } from './value.ts';

function decode(text: string, otherwise: Value | undefined): Value {
  try {
    return decodeJson(text);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    if (otherwise !== undefined) return otherwise;
    fail(`json.decode: at offset ${error.at}, ${error.message}`);
  }
}

function indent(text: string, prefix = '', unit = '\t'): string {
  try {
    decodeJson(text);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    fail(`json.indent: at offset ${error.at}, ${error.message.replace('unexpected', 'invalid')}`);
  }
  return indentJson(text, prefix, unit);
}

export const json = makeModule(
  'json',
  new Map(
    [
      hostFunction('json.encode(x, /)', (x: Value) => encodeJson(x)),
      hostFunction(
        'json.encode_indent(x, /, *, prefix: str = "", indent: str = "\t")',
        (x: Value, prefix = '', unit = '\t') => indentJson(encodeJson(x, 'json.encode_indent'), prefix, unit),
      ),
      hostFunction('json.decode(x: str, /, default=None)', decode),
      hostFunction('json.indent(s: str, /, *, prefix: str = "", indent: str = "\t")', indent),
    ].map((member) => [member.name.slice('json.'.length), member]),
  ),
);
