// JavaScript for operators: the commonest case of each inline, so that V8 sees what types this very place meets, and a
// call for the rest. Operands are variables or literals: they may be named more than once.
import type { BinaryOperator, Expression } from './syntax.ts';

const safeMax = Number.MAX_SAFE_INTEGER;

/** Name of the runtime function that does all cases. */
const functions: Record<string, string> = {
  '+': '$add',
  '-': '$sub',
  '*': '$mul',
  '/': '$div',
  '//': '$floorDiv',
  '%': '$mod',
  '&': '$bitAnd',
  '|': '$bitOr',
  '^': '$bitXor',
  '<<': '$shiftLeft',
  '>>': '$shiftRight',
};

export const comparisons = new Set<BinaryOperator>(['==', '!=', '<', '<=', '>', '>=', 'in', 'not in']);

/** An arithmetic operator. `whole` names another function for the uncommon cases, as augmented assignment has them. */
export function arithmetic(
  operator: string,
  a: string,
  b: string,
  right: Expression,
  whole = functions[operator]!,
): string {
  const rest = `${whole}(${a}, ${b})`;
  // Of a bigint literal no case is common.
  if (isBig(a) || isBig(b)) return rest;
  const tests = [isNumber(a), isNumber(b)].filter((test) => test !== '');
  const both = tests.join(' && ');
  switch (operator) {
    case '+':
    case '-':
    case '*':
      if (isText(a) || isText(b)) return rest;
      return `${both === '' ? '' : `${both} && `}(n = ${a} ${operator} ${b}) <= ${safeMax} && n >= -${safeMax} ? n : ${rest}`;
    case '%':
      if (isText(a)) return rest;
      return `${both === '' ? '' : `${both} && `}${a} >= 0 && ${b} > 0 ? ${a} % ${b} : ${rest}`;
    case '//':
      return `${both === '' ? '' : `${both} && `}${a} >= 0 && ${b} > 0 ? (${a} - ${a} % ${b}) / ${b} : ${rest}`;
    case '&':
    case '|':
    case '^':
      return `${both === '' ? '' : `${both} && `}(${a} | 0) === ${a} && (${b} | 0) === ${b} ? ${a} ${operator} ${b} : ${rest}`;
    case '>>':
      if (right.kind === 'int' && typeof right.value === 'number' && right.value < 32) {
        return `${both === '' ? '' : `${both} && `}(${a} | 0) === ${a} ? ${a} >> ${b} : ${rest}`;
      }
      return rest;
    default:
      return rest;
  }
}

/** A comparison, as a JavaScript condition. */
export function comparison(operator: BinaryOperator, a: string, b: string): string {
  if (operator === '==') return equality(a, b);
  if (operator === '!=') return `!${equality(a, b)}`;
  if (operator === 'in') return `$isIn(${a}, ${b})`;
  if (operator === 'not in') return `!$isIn(${a}, ${b})`;
  const tests = [isNumber(a), isNumber(b)].filter((test) => test !== '').join(' && ');
  const rest = `$ordered(${a}, ${b}, "${operator}")`;
  return tests === '' ? `(${a} ${operator} ${b})` : `(${tests} ? ${a} ${operator} ${b} : ${rest})`;
}

function equality(a: string, b: string): string {
  // Only objects (floats, tuples, …) need a closer look.
  if (isText(a) || isText(b)) return `(${a} === ${b})`;
  const objects = [a, b]
    .filter((operand) => !isNumberLiteral(operand))
    .map((operand) => `typeof ${operand} === "object"`);
  return objects.length === 0
    ? `(${a} === ${b})`
    : `(${objects.join(' || ')} ? $equal(${a}, ${b}) : ${a} === ${b})`;
}

function isNumber(operand: string): string {
  return isNumberLiteral(operand) ? '' : `typeof ${operand} === "number"`;
}

function isNumberLiteral(operand: string): boolean {
  return /^[0-9]+$/.test(operand);
}

function isBig(operand: string): boolean {
  return /^[0-9]+n$/.test(operand);
}

function isText(operand: string): boolean {
  return operand.startsWith('"');
}

/** A value's truth, as a JavaScript condition. */
export function truthOf(operand: string): string {
  return `(${operand} === true || ${operand} !== false && $truth(${operand}))`;
}
