// Expressions, by precedence climbing. Wordings of errors follow the Go implementation, which others test against.
import type { ParserState } from './parser-state.ts';
import { describe } from './parser-state.ts';
import type {
  Argument,
  Binary,
  BinaryOperator,
  Clause,
  DictEntry,
  Expression,
  Name,
  Parameter,
  Tuple,
  UnaryOperator,
} from './syntax.ts';

const precedences: Record<string, number> = {
  or: 1,
  and: 2,
  // not: 3
  '==': 4,
  '!=': 4,
  '<': 4,
  '>': 4,
  '<=': 4,
  '>=': 4,
  in: 4,
  'not in': 4,
  '|': 5,
  '^': 6,
  '&': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '//': 10,
  '%': 10,
};
const notPrecedence = 3;
const comparisonPrecedence = 4;
/** `a.b.c()…`: more links than anyone chains, fewer than a stack holds. */
const suffixesMax = 800;

const listEnds = new Set(['eof', 'newline', '=', '}', ']', ')', ';']);

/** A test, or several separated by commas: a tuple. */
export function parseExpression(state: ParserState, options?: { readonly inParens: boolean }): Expression {
  const start = state.start;
  const first = parseTest(state);
  if (!state.is(',')) return first;
  const items = parseRest(state, first, options?.inParens === true);
  return { kind: 'tuple', items, hasParens: false, start, end: state.previousEnd };
}

function parseRest(state: ParserState, first: Expression, trailingComma: boolean): Expression[] {
  const items = [first];
  while (state.is(',')) {
    const comma = state.next();
    if (listEnds.has(state.kind)) {
      if (!trailingComma) state.report(comma, comma + 1, 'unparenthesized tuple with trailing comma');
      break;
    }
    items.push(parseTest(state));
  }
  return items;
}

/** One expression without commas. */
function parseTest(state: ParserState): Expression {
  state.enter();
  const node = state.is('lambda') ? parseLambda(state, true) : parseConditional(state);
  state.leave();
  return node;
}

function parseConditional(state: ParserState): Expression {
  const start = state.start;
  const then = parseBinary(state, 1);
  if (!state.is('if')) return then;
  const at = state.next();
  const condition = parseBinary(state, 1);
  if (!state.is('else')) state.fail('conditional expression without else clause', at, at + 2);
  state.next();
  const otherwise = parseTest(state);
  return { kind: 'conditional', condition, then, otherwise, start, end: state.previousEnd };
}

/** What may follow `if` in a comprehension: no conditional expression, or the grammar would be ambiguous. */
function parseTestWithoutCondition(state: ParserState): Expression {
  return state.is('lambda') ? state.nested(() => parseLambda(state, false)) : parseBinary(state, 1);
}

function parseLambda(state: ParserState, allowsCondition: boolean): Expression {
  const start = state.next();
  const params = parseParameters(state, ':');
  state.expect(':');
  const body = allowsCondition ? parseTest(state) : parseTestWithoutCondition(state);
  return { kind: 'lambda', params, body, scope: undefined, start, end: state.previousEnd };
}

function parseBinary(state: ParserState, lowest: number): Expression {
  const start = state.start;
  let left: Expression;
  if (state.is('not') && lowest <= notPrecedence) {
    state.next();
    const operand = state.nested(() => parseBinary(state, notPrecedence));
    left = { kind: 'unary', operator: 'not', operand, start, end: state.previousEnd };
  } else left = parsePrimaryWithSuffixes(state);
  let previous: BinaryOperator | undefined;
  for (;;) {
    let operator = state.kind;
    let at = state.start;
    if (operator === 'not') {
      if (lowest > comparisonPrecedence) return left;
      state.next();
      if (!state.is('in')) state.fail(`got ${describe(state.kind)}, want in`);
      at = state.start;
      operator = 'not in';
    }
    const precedence = precedences[operator];
    if (precedence === undefined || precedence < lowest) return left;
    if (precedence === comparisonPrecedence) {
      if (previous !== undefined) state.fail(`${previous} does not associate with ${operator} (use parens)`);
      previous = operator as BinaryOperator;
    } else previous = undefined;
    state.next();
    const right = parseBinary(state, precedence + 1);
    const node: Binary = {
      kind: 'binary',
      operator: operator as BinaryOperator,
      left,
      right,
      at,
      start,
      end: state.previousEnd,
    };
    left = node;
  }
}

/** A primary and its `.name`, `(…)` and `[…]`. Also the form of a loop variable, which must stop before `in`. */
function parsePrimaryWithSuffixes(state: ParserState): Expression {
  const start = state.start;
  let left = parsePrimary(state);
  for (let count = 0; ; count++) {
    if (count > suffixesMax) state.fail(`more than ${suffixesMax} suffixes in one expression`);
    const at = state.start;
    if (state.is('.')) {
      state.next();
      const name = parseName(state);
      left = { kind: 'attribute', object: left, name: name.name, at, start, end: state.previousEnd };
    } else if (state.is('(')) {
      const args = parseArguments(state);
      left = { kind: 'call', callee: left, args, at, start, end: state.previousEnd };
    } else if (state.is('[')) {
      left = parseSubscript(state, left, start);
    } else return left;
  }
}

function parseSubscript(state: ParserState, object: Expression, start: number): Expression {
  const at = state.next();
  let low: Expression | undefined;
  if (!state.is(':')) {
    low = parseExpression(state);
    if (state.is(']')) {
      state.next();
      return { kind: 'subscript', object, key: low, at, start, end: state.previousEnd };
    }
  }
  let high: Expression | undefined;
  let step: Expression | undefined;
  if (state.is(':')) {
    state.next();
    if (!state.is(':') && !state.is(']')) high = parseTest(state);
    if (state.is(':')) {
      state.next();
      if (!state.is(']')) step = parseTest(state);
    }
  }
  state.expect(']');
  return { kind: 'slice', object, low, high, step, at, start, end: state.previousEnd };
}

function parseArguments(state: ParserState): Argument[] {
  state.next();
  const args: Argument[] = [];
  while (!state.is(')') && !state.is('eof')) {
    const start = state.start;
    if (state.is('*') || state.is('**')) {
      const kind = state.is('*') ? 'star' : 'starstar';
      state.next();
      args.push({ kind, value: parseTest(state), start, end: state.previousEnd });
    } else {
      const value = parseTest(state);
      if (state.is('=')) {
        // A name in parentheses is no keyword: its node ends before the token that was read last.
        const isName = value.kind === 'name' && value.end === state.previousEnd;
        if (!isName) state.report(state.start, state.start + 1, 'keyword argument must have form name=expr');
        state.next();
        const name = value.kind === 'name' ? value.name : '';
        args.push({ kind: 'named', name, value: parseTest(state), start, end: state.previousEnd });
      } else args.push({ kind: 'positional', value, start, end: state.previousEnd });
    }
    if (!state.is(')') && !state.is('eof')) state.expect(',');
  }
  state.expect(')');
  return trimmed(args);
}

/** A copy as long as it must be: an array that grew has room for sixteen more, which in a tree adds up. */
export function trimmed<T>(items: readonly T[]): T[] {
  return items.slice();
}

/** Parameters up to the token `end`, which is left. Their order is the resolver's business. */
export function parseParameters(state: ParserState, end: string): Parameter[] {
  const params: Parameter[] = [];
  const isOver = (): boolean => state.is(end) || state.is(':') || state.is('eof');
  while (!isOver()) {
    const start = state.start;
    if (state.is('*') || state.is('**')) {
      const kind = state.is('*') ? 'star' : 'starstar';
      state.next();
      const bare = kind === 'star' && (state.is(',') || state.is(end));
      if (!bare && !state.is('name')) state.fail(`got ${describe(state.kind)}, want ','`);
      const name = bare ? undefined : parseName(state);
      params.push({ kind, name, value: undefined, start, end: state.previousEnd });
    } else {
      const name = parseName(state);
      let value: Expression | undefined;
      if (state.is('=')) {
        state.next();
        value = parseTest(state);
      }
      params.push({
        kind: value === undefined ? 'required' : 'optional',
        name,
        value,
        start,
        end: state.previousEnd,
      });
    }
    if (!isOver()) state.expect(',');
  }
  return trimmed(params);
}

export function parseName(state: ParserState): Name {
  if (!state.is('name')) state.fail('not an identifier');
  const name = state.scanner.value as string;
  const start = state.next();
  return { kind: 'name', name, binding: undefined, start, end: start + name.length };
}

function parsePrimary(state: ParserState): Expression {
  const { kind, start } = state;
  const { end, value } = state.scanner;
  switch (kind) {
    case 'name':
      return parseName(state);
    case 'int':
      state.next();
      return { kind, value: value as number | bigint, start, end };
    case 'float':
      state.next();
      return { kind, value: value as number, start, end };
    case 'string':
      state.next();
      return { kind, value: value as string, start, end };
    case 'bytes':
      state.next();
      return { kind, value: value as Uint8Array, start, end };
    case '[':
      return state.nested(() => parseList(state));
    case '{':
      return state.nested(() => parseBraces(state));
    case '(':
      return parseParens(state);
    case '+':
    case '-':
    case '~': {
      state.next();
      const operand = state.nested(() => parsePrimaryWithSuffixes(state));
      return { kind: 'unary', operator: kind as UnaryOperator, operand, start, end: state.previousEnd };
    }
    default:
      return state.fail(`got ${describe(kind)}, want primary expression`);
  }
}

function parseParens(state: ParserState): Expression {
  const start = state.next();
  if (state.is(')')) {
    state.next();
    return { kind: 'tuple', items: [], hasParens: true, start, end: state.previousEnd };
  }
  const inner = parseExpression(state, { inParens: true });
  state.expect(')');
  if (inner.kind !== 'tuple' || inner.hasParens) return inner;
  const tuple: Tuple = { ...inner, hasParens: true, start, end: state.previousEnd };
  return tuple;
}

function parseList(state: ParserState): Expression {
  const start = state.next();
  if (state.is(']')) {
    state.next();
    return { kind: 'list', items: [], start, end: state.previousEnd };
  }
  const first = parseTest(state);
  if (state.is('for')) return parseComprehension(state, first, ']', start);
  const items = state.is(',') ? parseRest(state, first, true) : [first];
  state.expect(']');
  return { kind: 'list', items, start, end: state.previousEnd };
}

function parseBraces(state: ParserState): Expression {
  const start = state.next();
  if (state.is('}')) {
    state.next();
    return { kind: 'dict', entries: [], start, end: state.previousEnd };
  }
  const firstStart = state.start;
  const first = parseTest(state);
  if (state.setDisplays && (state.is(',') || state.is('}'))) {
    const items = parseRest(state, first, true);
    state.expect('}');
    return { kind: 'set', items, start, end: state.previousEnd };
  }
  const entry = parseEntry(state, first, firstStart);
  if (state.is('for')) return parseComprehension(state, entry, '}', start);
  const entries = [entry];
  while (state.is(',')) {
    state.next();
    if (state.is('}')) break;
    const entryStart = state.start;
    entries.push(parseEntry(state, parseTest(state), entryStart));
  }
  state.expect('}');
  return { kind: 'dict', entries, start, end: state.previousEnd };
}

function parseEntry(state: ParserState, key: Expression, start: number): DictEntry {
  const colon = state.expect(':');
  const value = parseTest(state);
  return { kind: 'entry', key, value, colon, start, end: state.previousEnd };
}

function parseComprehension(
  state: ParserState,
  body: Expression | DictEntry,
  close: string,
  start: number,
): Expression {
  const clauses: Clause[] = [];
  while (!state.is(close)) {
    const at = state.start;
    if (state.is('for')) {
      state.next();
      const target = parseLoopVariables(state);
      state.expect('in');
      // No unparenthesized tuple, conditional or lambda here: the clauses that follow would belong to it.
      const iterable = parseBinary(state, 1);
      clauses.push({ kind: 'for', target, iterable, start: at, end: state.previousEnd });
    } else if (state.is('if')) {
      state.next();
      const condition = parseTestWithoutCondition(state);
      clauses.push({ kind: 'if', condition, start: at, end: state.previousEnd });
    } else state.fail(`got ${describe(state.kind)}, want '${close}', for, or if`);
  }
  state.next();
  return { kind: 'comprehension', body, clauses: trimmed(clauses), start, end: state.previousEnd };
}

/** `x` or `x, y` before `in`. */
export function parseLoopVariables(state: ParserState): Expression {
  const start = state.start;
  const first = parsePrimaryWithSuffixes(state);
  if (!state.is(',')) return first;
  const items = [first];
  while (state.is(',')) {
    state.next();
    if (state.is('in')) break;
    items.push(parsePrimaryWithSuffixes(state));
  }
  return { kind: 'tuple', items, hasParens: false, start, end: state.previousEnd };
}
