// Names, and which variable each means.
import type { DialectOptions } from './dialect.ts';
import { eachBinding, newBlock } from './scope.ts';
import type { Block } from './scope.ts';
import type { SourceText } from './source-text.ts';
import { nearestName } from './spelling.ts';
import type { Binding, Name, Statement, Variable } from './syntax.ts';

/** The names around a file. */
export type Environment = {
  readonly predeclared: { has(name: string): boolean; keys(): Iterable<string> };
  readonly universal: { has(name: string): boolean; keys(): Iterable<string> };
};

/** The blocks of a file while it is being resolved. `block` is where the resolver is. */
export class Names {
  readonly module: Block;
  block: Block;
  readonly #source: SourceText;
  readonly #environment: Environment;
  readonly #options: DialectOptions;
  readonly #report: (start: number, end: number, message: string) => void;
  readonly #boundAt = new Map<Variable, Name>();
  /** The top level was bound already: what is bound twice has been reported. */
  #checked = false;
  #variables = 0;

  constructor(
    source: SourceText,
    environment: Environment,
    options: DialectOptions,
    report: (start: number, end: number, message: string) => void,
  ) {
    this.#source = source;
    this.#environment = environment;
    this.#options = options;
    this.#report = report;
    const owner = { name: '<toplevel>', locals: [], captures: undefined, isLeaf: false };
    this.module = newBlock('module', undefined, owner);
    this.block = this.module;
  }

  /** Binds all names of the top level, and reports those bound twice. */
  bindGlobals(statements: readonly Statement[]): void {
    for (const statement of statements) {
      if (statement.kind === 'load') for (const { local } of statement.bindings) this.bindLoad(local);
      else eachBinding([statement], (name) => this.#bindGlobal(name));
    }
    this.#checked = true;
  }

  #bindGlobal(name: Name): Variable {
    const existing = this.module.variables.get(name.name);
    if (existing === undefined) return this.#declare(this.module, name, 'global');
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

  bindLoad(name: Name): Variable {
    const existing = this.module.variables.get(name.name);
    if (existing !== undefined) {
      if (this.#boundAt.get(existing) === name) return existing;
      if (this.#options.loadBindsGlobally) return this.#bindGlobal(name);
      if (!this.#options.globalReassign && !this.#checked) {
        this.#report(name.start, name.end, `cannot reassign top-level ${name.name}`);
      }
      return existing;
    }
    const variable = this.#declare(this.module, name, this.#options.loadBindsGlobally ? 'global' : 'local');
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
  bind(name: Name): void {
    if (this.block.kind === 'module') name.binding = this.#bindGlobal(name);
    else name.binding = this.block.variables.get(name.name) ?? this.#declare(this.block, name, 'local');
  }

  use(name: Name): void {
    name.binding = this.#lookup(name.name);
    if (name.binding === undefined) {
      const near = nearestName(name.name, this.#visibleNames());
      const suffix = near === undefined ? '' : ` (did you mean ${near}?)`;
      this.#report(name.start, name.end, `undefined: ${name.name}${suffix}`);
    }
  }

  #lookup(name: string): Binding | undefined {
    for (let block: Block | undefined = this.block; block !== undefined; block = block.parent) {
      const variable = block.variables.get(name);
      if (variable === undefined) continue;
      if (block.owner !== this.block.owner && block.kind !== 'module') this.#capture(variable);
      return variable;
    }
    if (this.#environment.predeclared.has(name)) return { scope: 'predeclared', name };
    if (this.#environment.universal.has(name)) return { scope: 'universal', name };
    return undefined;
  }

  /** Every function between the use and the variable's own captures it. */
  #capture(variable: Variable): void {
    for (let block: Block | undefined = this.block; block !== undefined; block = block.parent) {
      if (block.owner === variable.owner) return;
      (block.owner.captures ??= new Set()).add(variable);
    }
  }

  *#visibleNames(): Iterable<string> {
    for (let block: Block | undefined = this.block; block !== undefined; block = block.parent) {
      yield* block.variables.keys();
    }
    yield* this.#environment.predeclared.keys();
    yield* this.#environment.universal.keys();
  }
}
