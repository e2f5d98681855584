// Statements, and the recovery that finds all of a file's syntax errors.
import {
  parseExpression,
  parseLoopVariables,
  parseName,
  parseParameters,
  trimmed,
} from './parse-expression.ts';
import type { Diagnostic } from './diagnostic.ts';
import { ParserState, Unparsable, describe } from './parser-state.ts';
import type { SourceText } from './source-text.ts';
import type { AssignOperator, LoadBinding, Statement } from './syntax.ts';

export type ParseOptions = {
  /** `while` loops parse in any case; the resolver refuses them. `{1, 2}` needs the switch: it is no dict. */
  readonly setDisplays?: boolean;
};

export type SyntaxTree = {
  readonly statements: readonly Statement[];
  readonly diagnostics: readonly Diagnostic[];
};

/** Parses a whole file. Broken statements are left out of the tree and described in `diagnostics`. */
export function parse(source: SourceText, options: ParseOptions = {}): SyntaxTree {
  const state = new ParserState(source, options.setDisplays === true);
  const statements: Statement[] = [];
  while (!state.is('eof')) {
    // A stray outdent is what a broken block header leaves behind.
    if (state.is('newline') || state.is('outdent')) state.next();
    else parseStatement(state, statements);
  }
  return { statements, diagnostics: state.diagnostics };
}

/** Reads one line or block into `into`; on an error, skips to where the next statement probably begins. */
function parseStatement(state: ParserState, into: Statement[]): void {
  const column = state.columnOf(state.start);
  const { nesting } = state;
  try {
    if (state.is('indent')) state.fail('got indent, want primary expression');
    const compound = compounds[state.kind];
    if (compound === undefined) parseSimpleLine(state, into);
    else into.push(state.nested(() => compound(state)));
  } catch (error) {
    if (!(error instanceof Unparsable)) throw error;
    state.resetNesting(nesting);
    if (!state.is('indent')) state.recover(column);
    // The body of a header that did not parse is still worth checking.
    if (state.is('indent')) {
      state.next();
      while (!['outdent', 'eof'].includes(state.kind)) {
        if (state.is('newline')) state.next();
        else parseStatement(state, into);
      }
      if (state.is('outdent')) state.next();
    }
  }
}

const compounds: Record<string, ((state: ParserState) => Statement) | undefined> = {
  def: parseDef,
  if: parseIf,
  for: parseFor,
  while: parseWhile,
};

function parseDef(state: ParserState): Statement {
  const start = state.next();
  const name = parseName(state);
  state.expect('(');
  const params = parseParameters(state, ')');
  state.expect(')');
  const body = parseSuite(state);
  return { kind: 'def', name, params, body, scope: undefined, start, end: state.previousEnd };
}

function parseIf(state: ParserState): Statement {
  const { start } = state;
  const branches = [];
  do {
    state.next();
    const condition = parseExpression(state);
    branches.push({ condition, body: parseSuite(state) });
  } while (state.is('elif'));
  let otherwise: readonly Statement[] = [];
  if (state.is('else')) {
    state.next();
    otherwise = parseSuite(state);
  }
  return { kind: 'if', branches: trimmed(branches), otherwise, start, end: state.previousEnd };
}

function parseFor(state: ParserState): Statement {
  const start = state.next();
  const target = parseLoopVariables(state);
  state.expect('in');
  const iterable = parseExpression(state);
  const body = parseSuite(state);
  return { kind: 'for', target, iterable, body, start, end: state.previousEnd };
}

function parseWhile(state: ParserState): Statement {
  const start = state.next();
  const condition = parseExpression(state);
  const body = parseSuite(state);
  return { kind: 'while', condition, body, start, end: state.previousEnd };
}

function parseSuite(state: ParserState): readonly Statement[] {
  state.expect(':');
  const body: Statement[] = [];
  if (!state.is('newline')) {
    parseSimpleLine(state, body);
    return trimmed(body);
  }
  state.next();
  state.expect('indent');
  while (!state.is('outdent') && !state.is('eof')) {
    if (state.is('newline')) state.next();
    else parseStatement(state, body);
  }
  if (state.is('outdent')) state.next();
  return trimmed(body);
}

function parseSimpleLine(state: ParserState, into: Statement[]): void {
  for (;;) {
    into.push(parseSmall(state));
    if (!state.is(';')) break;
    state.next();
    if (['newline', 'eof'].includes(state.kind)) break;
  }
  if (!state.is('eof')) state.expect('newline');
}

const assignments = new Set(['=', '+=', '-=', '*=', '/=', '//=', '%=', '&=', '|=', '^=', '<<=', '>>=']);

function parseSmall(state: ParserState): Statement {
  const { kind, start } = state;
  switch (kind) {
    case 'return': {
      state.next();
      const hasValue = !['newline', 'eof', ';'].includes(state.kind);
      const value = hasValue ? parseExpression(state) : undefined;
      return { kind, value, start, end: state.previousEnd };
    }
    case 'pass':
    case 'break':
    case 'continue':
      state.next();
      return { kind, start, end: state.previousEnd };
    case 'load':
      return parseLoad(state);
    default: {
      const target = parseExpression(state);
      if (!assignments.has(state.kind))
        return { kind: 'expression', value: target, start, end: state.previousEnd };
      const operator = state.kind as AssignOperator;
      const at = state.next();
      const value = parseExpression(state);
      return { kind: 'assign', operator, target, value, at, start, end: state.previousEnd };
    }
  }
}

function parseLoad(state: ParserState): Statement {
  const start = state.next();
  const open = state.expect('(');
  if (!state.is('string')) state.fail('first operand of load statement must be a string literal');
  const module = state.scanner.value as string;
  const moduleSpan = { start: state.start, end: state.scanner.end };
  state.next();
  const bindings: LoadBinding[] = [];
  while (!state.is(')') && !state.is('eof')) {
    if (!state.is(',')) state.expect(',');
    state.next();
    if (state.is(')')) break;
    bindings.push(parseLoadBinding(state));
  }
  state.expect(')');
  if (bindings.length === 0) state.report(open, open + 1, 'load statement must import at least 1 symbol');
  return { kind: 'load', module, moduleSpan, bindings, start, end: state.previousEnd };
}

function parseLoadBinding(state: ParserState): LoadBinding {
  const { start } = state;
  if (state.is('string')) {
    const from = state.scanner.value as string;
    const end = state.scanner.end;
    state.next();
    return {
      // The name lies within the quotes.
      local: { kind: 'name', name: from, binding: undefined, start: start + 1, end: end - 1 },
      from,
      fromSpan: { start, end },
      start,
      end,
    };
  }
  if (!state.is('name')) {
    state.fail(`load operand must be "name" or localname="name" (got ${describe(state.kind)})`);
  }
  const local = parseName(state);
  const { name } = local;
  if (!state.is('=')) {
    state.fail(`load operand must be "${name}" or ${name}="originalname" (want '=' after ${name})`);
  }
  state.next();
  if (!state.is('string')) {
    state.fail(`original name of loaded symbol must be quoted: ${name}="originalname"`);
  }
  const from = state.scanner.value as string;
  const fromSpan = { start: state.start, end: state.scanner.end };
  state.next();
  return { local, from, fromSpan, start, end: fromSpan.end };
}
