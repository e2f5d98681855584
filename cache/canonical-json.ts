/**
 * JSON with sorted object keys: equal records give equal text, whatever order their fields were written in. A field
 * whose value is undefined counts as absent. What JSON would change silently (functions, bigint, NaN, dates, class
 * instances) is refused, as two different keys must never give the same text.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return canonicalArray(value);
  if (typeof value === 'object') return canonicalObject(value);
  throw new TypeError(`Cannot use ${typeof value === 'number' ? value : `a ${typeof value}`} in a cache key`);
}

function canonicalArray(items: readonly unknown[]): string {
  let text = '[';
  for (let i = 0; i < items.length; i++) text += (i === 0 ? '' : ',') + canonicalJson(items[i]);
  return text + ']';
}

function canonicalObject(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`Cannot use a ${value.constructor.name} in a cache key`);
  }
  let text = '';
  for (const name of Object.keys(value).toSorted()) {
    const field = (value as Record<string, unknown>)[name];
    if (field !== undefined)
      text += (text === '' ? '' : ',') + JSON.stringify(name) + ':' + canonicalJson(field);
  }
  return '{' + text + '}';
}
