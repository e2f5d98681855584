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
import { boundNames, eachBinding, newBlock } from './scope.ts';
import type { Block } from './scope.ts';
import type { SourceText } from './source-text.ts';
import { nearestName } from './spelling.ts';
import type {
  Binding,
  Comprehension,
  Expression,
  FunctionScope,
  Name,
  Parameter,
  Statement,
  Variable,
} from './syntax.ts';

/** The names around a file. */
export type Environment = {
  readonly predeclared: { has(name: string): boolean; keys(): Iterable<string> };
  readonly universal: { has(name: string): boolean; keys(): Iterable<string> };
};

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
  readonly #environment: Environment;
  readonly #options: DialectOptions;
  readonly #found: { at: number; diagnostic: Diagnostic }[] = [];
  readonly #module: Block;
  readonly #boundAt = new Map<Variable, Name>();
  readonly #loaded = new Set<Variable>();
  /** Bodies wait until all globals are known. */
  readonly #deferred: (() => void)[] = [];
  /** Bindings were counted already: what is bound twice has been reported. */
  #checked = false;
  #block: Block;
  #loops = 0;
  #conditions = 0;
  #functions = 0;
  #variables = 0;

  constructor(source: SourceText, environment: Environment, options: DialectOptions) {
    this.#source = source;
    this.#environment = environment;
    this.#options = options;
    this.#module = newBlock('module', undefined, {
      name: '<toplevel>',
      locals: [],
      captures: new Set(),
      isLeaf: false,
    });
    this.#block = this.#module;
  }

  run(statements: readonly Statement[]): ResolvedFile {
    // Under globalReassign the top level runs like a script: what it uses must already be bound.
    if (!this.#options.globalReassign) this.#bindGlobals(statements);
    this.#checked = true;
    this.#statements(statements);
    for (let next = this.#deferred.shift(); next !== undefined; next = this.#deferred.shift()) next();
    const moduleVariables = [...this.#module.variables.values()];
    const globals = moduleVariables.filter((variable) => variable.scope === 'global');
    const diagnostics = this.#found.toSorted((a, b) => a.at - b.at).map(({ diagnostic }) => diagnostic);
    return { statements, scope: this.#module.owner, globals, moduleVariables, diagnostics };
  }

  #report(start: number, end: number, message: string, hint?: string): void {
    this.#found.push({ at: start, diagnostic: this.#source.error({ start, end }, message, hint) });
  }

  // Binding

  #bindGlobals(statements: readonly Statement[]): void {
    for (const statement of statements) {
      if (statement.kind === 'load') for (const { local } of statement.bindings) this.#bindLoad(local);
      else eachBinding([statement], (name) => this.#bindGlobal(name));
    }
  }

  #bindGlobal(name: Name): Variable {
    const existing = this.#module.variables.get(name.name);
    if (existing === undefined) return this.#declare(this.#module, name, 'global');
    const first = this.#boundAt.get(existing)!;
    if (!this.#options.globalReassign && first !== name && !this.#checked) {
      const { line, column } = this.#source.position(first.start);
      const place = `${this.#source.file}:${line}:${column}`;
      this.#report(
        name.start,
        name.end,
        `cannot reassign ${existing.scope} ${name.name} declared at ${place}`,
      );
    }
    return existing;
  }

  #bindLoad(name: Name): Variable {
    const existing = this.#module.variables.get(name.name);
    if (existing !== undefined) {
      if (this.#boundAt.get(existing) === name) return existing;
      if (this.#options.loadBindsGlobally) return this.#bindGlobal(name);
      if (!this.#options.globalReassign && !this.#checked) {
        this.#report(name.start, name.end, `cannot reassign top-level ${name.name}`);
      }
      return existing;
    }
    const variable = this.#declare(this.#module, name, this.#options.loadBindsGlobally ? 'global' : 'local');
    this.#loaded.add(variable);
    return variable;
  }

  #declare(block: Block, name: Name, scope: 'local' | 'global'): Variable {
    const prefix = block.kind === 'module' ? 'g' : 'v';
    const variable: Variable = {
      scope,
      name: name.name,
      variable: `${prefix}${this.#variables++}`,
      owner: block.owner,
    };
    block.variables.set(name.name, variable);
    if (block.kind !== 'module') block.owner.locals.push(variable);
    this.#boundAt.set(variable, name);
    return variable;
  }

  /** A name in binding position gets its variable. */
  #bind(name: Name): void {
    if (this.#block.kind === 'module') name.binding = this.#bindGlobal(name);
    else name.binding = this.#block.variables.get(name.name) ?? this.#declare(this.#block, name, 'local');
  }

  // Using

  #use(name: Name): void {
    name.binding = this.#lookup(name.name);
    if (name.binding === undefined) {
      const near = nearestName(name.name, this.#visibleNames());
      const suffix = near === undefined ? '' : ` (did you mean ${near}?)`;
      this.#report(name.start, name.end, `undefined: ${name.name}${suffix}`);
    }
  }

  #lookup(name: string): Binding | undefined {
    const passed: FunctionScope[] = [];
    for (let block: Block | undefined = this.#block; block !== undefined; block = block.parent) {
      const variable = block.variables.get(name);
      if (variable !== undefined) {
        for (const scope of passed) {
          if (block.kind !== 'module' && scope !== variable.owner) scope.captures.add(variable);
        }
        return variable;
      }
      passed.push(block.owner);
    }
    if (this.#environment.predeclared.has(name)) return { scope: 'predeclared', name };
    if (this.#environment.universal.has(name)) return { scope: 'universal', name };
    return undefined;
  }

  *#visibleNames(): Iterable<string> {
    for (let block: Block | undefined = this.#block; block !== undefined; block = block.parent) {
      yield* block.variables.keys();
    }
    yield* this.#environment.predeclared.keys();
    yield* this.#environment.universal.keys();
  }

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
        this.#bind(statement.name);
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
    switch (target.kind) {
      case 'name':
        this.#bind(target);
        break;
      case 'tuple':
      case 'list':
        for (const item of target.items) this.#target(item);
        break;
      case 'subscript':
        this.#expression(target.object);
        this.#expression(target.key);
        break;
      case 'attribute':
        this.#expression(target.object);
        break;
      default:
        this.#report(target.start, target.end, `can't assign to ${nodeName(target)}`);
    }
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
      for (const { local } of statement.bindings) this.#bind(local);
      return;
    }
    for (const { local, from, fromSpan } of statement.bindings) {
      if (from === '') this.#report(fromSpan.start, fromSpan.end, 'load: empty identifier');
      else if (from.startsWith('_')) {
        const message = `load: names with leading underscores are not exported: ${from}`;
        this.#report(fromSpan.start, fromSpan.end, message);
      }
      local.binding = this.#bindLoad(local);
    }
  }

  // Functions

  #function(
    name: string,
    params: readonly Parameter[],
    body: () => readonly Statement[] | Expression,
  ): FunctionScope {
    for (const param of params) if (param.value !== undefined) this.#expression(param.value);
    checkParameters(params, (start, end, message) => this.#report(start, end, message));
    const owner: FunctionScope = { name, locals: [], captures: new Set(), isLeaf: true };
    const block = newBlock('function', this.#block, owner);
    const content = body();
    const resolveBody = (): void => this.#inFunction(block, params, content);
    // Nested functions wait too: a variable of the outer one may be bound after them.
    this.#deferred.push(resolveBody);
    return owner;
  }

  #inFunction(block: Block, params: readonly Parameter[], body: readonly Statement[] | Expression): void {
    this.#block = block;
    this.#functions = 1;
    this.#loops = 0;
    this.#conditions = 0;
    for (const { name } of params) {
      if (name === undefined) continue;
      if (block.variables.has(name.name)) {
        this.#report(name.start, name.end, `duplicate parameter: ${name.name}`);
      } else this.#bind(name);
    }
    if ('kind' in body) this.#expression(body);
    else {
      eachBinding(body, (name) => this.#bind(name));
      this.#statements(body);
    }
  }

  // Expressions

  #expression(expression: Expression): void {
    switch (expression.kind) {
      case 'name':
        this.#use(expression);
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
        this.#block.owner.isLeaf = false;
        this.#expression(expression.callee);
        for (const arg of expression.args) this.#expression(arg.value);
        checkArguments(expression.args, (start, end, message) => this.#report(start, end, message));
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
    const outer = this.#block;
    const inner = newBlock('comprehension', outer, outer.owner);
    let isFirst = true;
    for (const clause of comprehension.clauses) {
      if (clause.kind === 'for') {
        this.#expression(clause.iterable);
        if (isFirst) {
          this.#block = inner;
          // All loop variables belong to the whole comprehension: a later clause may not see an outer one.
          for (const later of comprehension.clauses) {
            if (later.kind === 'for') for (const name of boundNames(later.target)) this.#bind(name);
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
    this.#block = outer;
  }
}

function nodeName(expression: Expression): string {
  switch (expression.kind) {
    case 'int':
    case 'float':
    case 'string':
    case 'bytes':
      return 'literal';
    case 'unary':
    case 'binary':
    case 'call':
    case 'slice':
    case 'dict':
      return `${expression.kind}expr`;
    case 'conditional':
      return 'condexpr';
    case 'lambda':
      return 'lambdaexpr';
    default:
      return expression.kind;
  }
}
