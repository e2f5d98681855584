// Which variable does each name mean? Names are resolved before anything runs, so a misspelled one is found even in a
// branch that is never taken.
//
// A name bound anywhere in a function is local to all of it; a comprehension is a block of its own, except for its first
// iterable, which belongs outside. A file's globals come next, then what the host predeclares, then the language's
// built-ins. Function bodies may use globals bound further down; whether they are bound in time is found when running.
import { checkArguments, checkParameters } from './check-call.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { DialectOptions } from './dialect.ts';
import type { SyntaxTree } from './parser.ts';
import { Names } from './names.ts';
import type { Environment } from './names.ts';
import { boundNames, eachBinding, newBlock } from './scope.ts';
import type { Block } from './scope.ts';
import type { SourceText } from './source-text.ts';
import type { Comprehension, Expression, FunctionScope, Parameter, Statement, Variable } from './syntax.ts';

export type ResolvedFile = {
  readonly statements: readonly Statement[];
  readonly scope: FunctionScope;
  /** The file's globals in order of their first binding, names loaded for the file's own use left out. */
  readonly globals: readonly Variable[];
  /** The globals and the loaded names. */
  readonly moduleVariables: readonly Variable[];
  readonly diagnostics: readonly Diagnostic[];
};

/** Fills in the bindings of `tree`. All problems are reported, in order of their places. */
export function resolve(
  source: SourceText,
  tree: SyntaxTree,
  environment: Environment,
  options: DialectOptions,
): ResolvedFile {
  return new Resolver(source, environment, options).run(tree.statements);
}

class Resolver {
  readonly #source: SourceText;
  readonly #options: DialectOptions;
  readonly #names: Names;
  readonly #found: { at: number; diagnostic: Diagnostic }[] = [];
  /** Bodies wait until all globals are known. */
  readonly #deferred: (() => void)[] = [];
  #loops = 0;
  #conditions = 0;
  #functions = 0;

  constructor(source: SourceText, environment: Environment, options: DialectOptions) {
    this.#source = source;
    this.#options = options;
    this.#names = new Names(source, environment, options, this.#report);
  }

  run(statements: readonly Statement[]): ResolvedFile {
    // Under globalReassign the top level runs like a script: what it uses must already be bound.
    if (!this.#options.globalReassign) this.#names.bindGlobals(statements);
    this.#statements(statements);
    // The list grows while it is worked through: functions hold functions.
    for (const resolveBody of this.#deferred) resolveBody();
    const { module } = this.#names;
    const moduleVariables = [...module.variables.values()];
    const globals = moduleVariables.filter((variable) => variable.scope === 'global');
    const diagnostics = this.#found.toSorted((a, b) => a.at - b.at).map(({ diagnostic }) => diagnostic);
    return { statements, scope: module.owner, globals, moduleVariables, diagnostics };
  }

  readonly #report = (start: number, end: number, message: string): void => {
    this.#found.push({ at: start, diagnostic: this.#source.error({ start, end }, message) });
  };

  // Statements

  #statements(statements: readonly Statement[]): void {
    for (const statement of statements) this.#statement(statement);
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case 'expression':
        this.#expression(statement.value);
        break;
      case 'assign':
        this.#assign(statement);
        break;
      case 'if':
        this.#control(statement, 'if statement', statement.start + 2);
        this.#conditions++;
        for (const branch of statement.branches) {
          this.#expression(branch.condition);
          this.#statements(branch.body);
        }
        this.#statements(statement.otherwise);
        this.#conditions--;
        break;
      case 'for':
        this.#control(statement, 'for loop', statement.start + 3);
        this.#expression(statement.iterable);
        this.#target(statement.target);
        this.#loop(statement.body);
        break;
      case 'while':
        if (!this.#options.while) {
          this.#report(
            statement.start,
            statement.start + 5,
            'this Starlark dialect does not support while loops',
          );
        } else this.#control(statement, 'while loop', statement.start + 5);
        this.#expression(statement.condition);
        this.#loop(statement.body);
        break;
      case 'def':
        this.#names.bind(statement.name);
        statement.scope = this.#function(statement.name.name, statement.params, () => statement.body);
        break;
      case 'return':
        if (this.#functions === 0) {
          this.#report(statement.start, statement.start + 6, 'return statement not within a function');
        }
        if (statement.value !== undefined) this.#expression(statement.value);
        break;
      case 'load':
        this.#load(statement);
        break;
      case 'break':
      case 'continue':
        if (this.#loops === 0)
          this.#report(statement.start, statement.end, `${statement.kind} not in a loop`);
        break;
      case 'pass':
        break;
    }
  }

  #control(statement: Statement, what: string, end: number): void {
    if (this.#functions === 0 && !this.#options.topLevelControl) {
      this.#report(statement.start, end, `${what} not within a function`);
    }
  }

  #loop(body: readonly Statement[]): void {
    this.#loops++;
    this.#statements(body);
    this.#loops--;
  }

  #assign(statement: Statement & { kind: 'assign' }): void {
    this.#expression(statement.value);
    const { target } = statement;
    if (statement.operator !== '=' && (target.kind === 'tuple' || target.kind === 'list')) {
      this.#report(target.start, target.end, `can't use ${target.kind} expression in augmented assignment`);
      return;
    }
    this.#target(target);
  }

  #target(target: Expression): void {
    if (target.kind === 'name') this.#names.bind(target);
    else if (target.kind === 'tuple' || target.kind === 'list') {
      for (const item of target.items) this.#target(item);
    } else if (target.kind === 'subscript') {
      this.#expression(target.object);
      this.#expression(target.key);
    } else if (target.kind === 'attribute') this.#expression(target.object);
    else this.#report(target.start, target.end, `can't assign to ${nodeName(target)}`);
  }

  #load(statement: Statement & { kind: 'load' }): void {
    const where =
      this.#functions > 0
        ? 'function'
        : this.#loops > 0
          ? 'loop'
          : this.#conditions > 0
            ? 'conditional'
            : undefined;
    if (where !== undefined) {
      this.#report(statement.start, statement.start + 4, `load statement within a ${where}`);
      for (const { local } of statement.bindings) this.#names.bind(local);
      return;
    }
    for (const { local, from, fromSpan } of statement.bindings) {
      if (from === '') this.#report(fromSpan.start, fromSpan.end, 'load: empty identifier');
      else if (from.startsWith('_')) {
        const message = `load: names with leading underscores are not exported: ${from}`;
        this.#report(fromSpan.start, fromSpan.end, message);
      }
      local.binding = this.#names.bindLoad(local);
    }
  }

  // Functions

  #function(
    name: string,
    params: readonly Parameter[],
    body: () => readonly Statement[] | Expression,
  ): FunctionScope {
    for (const param of params) if (param.value !== undefined) this.#expression(param.value);
    checkParameters(params, this.#report);
    const owner: FunctionScope = { name, locals: [], captures: undefined, isLeaf: true };
    const block = newBlock('function', this.#names.block, owner);
    const content = body();
    const resolveBody = (): void => this.#inFunction(block, params, content);
    // Nested functions wait too: a variable of the outer one may be bound after them.
    this.#deferred.push(resolveBody);
    return owner;
  }

  #inFunction(block: Block, params: readonly Parameter[], body: readonly Statement[] | Expression): void {
    this.#names.block = block;
    this.#functions = 1;
    this.#loops = 0;
    this.#conditions = 0;
    for (const { name } of params) {
      if (name === undefined) continue;
      if (block.variables.has(name.name)) {
        this.#report(name.start, name.end, `duplicate parameter: ${name.name}`);
      } else this.#names.bind(name);
    }
    if ('kind' in body) this.#expression(body);
    else {
      eachBinding(body, (name) => this.#names.bind(name));
      this.#statements(body);
    }
  }

  // Expressions

  #expression(expression: Expression): void {
    switch (expression.kind) {
      case 'name':
        this.#names.use(expression);
        break;
      case 'int':
      case 'float':
      case 'string':
      case 'bytes':
        break;
      case 'tuple':
      case 'list':
      case 'set':
        for (const item of expression.items) this.#expression(item);
        break;
      case 'dict':
        for (const { key, value } of expression.entries) {
          this.#expression(key);
          this.#expression(value);
        }
        break;
      case 'unary':
        this.#expression(expression.operand);
        break;
      case 'binary': {
        // Long sums lean to the left: a loop, not recursion.
        let node: Expression = expression;
        for (; node.kind === 'binary'; node = node.left) this.#expression(node.right);
        this.#expression(node);
        break;
      }
      case 'conditional':
        this.#expression(expression.condition);
        this.#expression(expression.then);
        this.#expression(expression.otherwise);
        break;
      case 'call':
        this.#names.block.owner.isLeaf = false;
        this.#expression(expression.callee);
        for (const arg of expression.args) this.#expression(arg.value);
        checkArguments(expression.args, this.#report);
        break;
      case 'attribute':
        this.#expression(expression.object);
        break;
      case 'subscript':
        this.#expression(expression.object);
        this.#expression(expression.key);
        break;
      case 'slice':
        this.#expression(expression.object);
        for (const part of [expression.low, expression.high, expression.step]) {
          if (part !== undefined) this.#expression(part);
        }
        break;
      case 'lambda':
        expression.scope = this.#function('lambda', expression.params, () => expression.body);
        break;
      case 'comprehension':
        this.#comprehension(expression);
        break;
    }
  }

  #comprehension(comprehension: Comprehension): void {
    const outer = this.#names.block;
    const inner = newBlock('comprehension', outer, outer.owner);
    let isFirst = true;
    for (const clause of comprehension.clauses) {
      if (clause.kind === 'for') {
        this.#expression(clause.iterable);
        if (isFirst) {
          this.#names.block = inner;
          // All loop variables belong to the whole comprehension: a later clause may not see an outer one.
          for (const later of comprehension.clauses) {
            if (later.kind === 'for') for (const name of boundNames(later.target)) this.#names.bind(name);
          }
        }
        this.#target(clause.target);
        isFirst = false;
      } else this.#expression(clause.condition);
    }
    const { body } = comprehension;
    if (body.kind === 'entry') {
      this.#expression(body.key);
      this.#expression(body.value);
    } else this.#expression(body);
    this.#names.block = outer;
  }
}

/** How messages call a kind of expression. */
function nodeName({ kind }: Expression): string {
  if (['int', 'float', 'string', 'bytes'].includes(kind)) return 'literal';
  if (kind === 'conditional') return 'condexpr';
  return ['unary', 'binary', 'call', 'slice', 'dict', 'lambda'].includes(kind) ? `${kind}expr` : kind;
}
