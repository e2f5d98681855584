// Version specifiers for versions of Python: the part of the packaging specification ("Version specifiers") that
// `requires-python` uses, for releases without pre-releases.

/** Whether a Python such as "3.11.7" is in a set such as ">=3.10, <3.13"; undefined for what is no such set. */
export function isVersionIn(version: string, specifiers: string): boolean | undefined {
  const parts = specifiers
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  let isIn = true;
  for (const part of parts) {
    const match = /^(===|==|!=|~=|<=|>=|<|>)\s*v?(\d+(?:\.\d+)*)(?:[a-z.]+\d*)?(\.\*)?$/.exec(part);
    const [, operator, text] = match ?? [];
    if (operator === undefined || text === undefined) return undefined;
    isIn &&= isOne(numbers(version), operator, numbers(text), match?.[3] !== undefined);
  }
  return isIn;
}

function isOne(
  version: readonly number[],
  operator: string,
  wanted: readonly number[],
  isPrefix: boolean,
): boolean {
  const order = compare(version, wanted);
  const hasPrefix = compare(version.slice(0, wanted.length), wanted) === 0;
  switch (operator) {
    case '==':
    case '===':
      return isPrefix ? hasPrefix : order === 0;
    case '!=':
      return isPrefix ? !hasPrefix : order !== 0;
    case '~=':
      return order >= 0 && compare(version.slice(0, wanted.length - 1), wanted.slice(0, -1)) === 0;
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    default:
      return order > 0;
  }
}

const numbers = (text: string): number[] => text.split('.').map(Number);

function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
