// Collects the generated JavaScript, line by line, with the place in the source that each line stands for.
import type { LineTable } from './trace.ts';
import type { SourceText, Span } from './source-text.ts';
import type { Binding, Expression, FunctionScope, Statement, Variable } from './syntax.ts';
import type { DialectOptions } from './dialect.ts';

type FunctionState = {
  readonly scope: FunctionScope;
  readonly declarations: number;
  temps: number;
  tempsMax: number;
  /** Variables sure to have a value here: one set per enclosing branch. */
  assigned: Set<Variable>[];
};

/** Who generates what: handed in, for expressions hold functions, which hold statements, which hold expressions. */
export type Generators = {
  /** Gives the variable or literal that holds the result. */
  readonly expression: (e: Emitter, node: Expression) => string;
  /** The expression's truth as a JavaScript condition, to be used at once. */
  readonly condition: (e: Emitter, node: Expression) => string;
  /** True if control never reaches the statements' end. */
  readonly block: (e: Emitter, statements: readonly Statement[]) => boolean;
};

export class Emitter {
  readonly options: DialectOptions;
  readonly lines: string[] = [''];
  readonly table: LineTable & { at: number[]; starts: number[]; ends: number[]; functions: string[] };
  /** Values that generated code refers to as `k0`, `k1`, …. */
  readonly constants: unknown[] = [];
  /** Predeclared names in use, by their variable. */
  readonly outside = new Map<string, { readonly variable: string; readonly binding: Binding }>();
  /** Variables of the script itself: the file's globals, and one flag per function that may recurse. */
  readonly scriptVariables: string[] = [];
  readonly #functions: FunctionState[] = [];
  #labels = 0;

  readonly #generators: Generators;

  constructor(source: SourceText, options: DialectOptions, generators: Generators) {
    this.options = options;
    this.#generators = generators;
    // Line 1 is the prelude, written last.
    this.table = { source, at: [-1], starts: [-1], ends: [-1], functions: [''] };
  }

  expression(node: Expression): string {
    return this.#generators.expression(this, node);
  }

  condition(node: Expression): string {
    return this.#generators.condition(this, node);
  }

  block(statements: readonly Statement[]): boolean {
    return this.#generators.block(this, statements);
  }

  get function(): FunctionState {
    return this.#functions.at(-1)!;
  }

  /** Adds a line. With a `span` it is a place where errors may arise, said to be at `at`. */
  line(code: string, span?: Span, at: number = span?.start ?? -1): void {
    this.lines.push(code);
    this.table.at.push(at);
    this.table.starts.push(span?.start ?? -1);
    this.table.ends.push(span?.end ?? -1);
    this.table.functions.push(this.#functions.at(-1)?.scope.name ?? '');
  }

  /** Begins a function's body: leaves a line for the declarations of its variables. */
  enter(scope: FunctionScope, assigned: readonly Variable[]): void {
    this.line('');
    const declarations = this.lines.length - 1;
    this.#functions.push({ scope, declarations, temps: 0, tempsMax: 0, assigned: [new Set(assigned)] });
  }

  leave(params: ReadonlySet<Variable>): void {
    const { scope, declarations, tempsMax } = this.#functions.pop()!;
    const names = scope.locals.filter((variable) => !params.has(variable)).map(({ variable }) => variable);
    for (let temp = 0; temp < tempsMax; temp++) names.push(`t${temp}`);
    names.push('n');
    this.lines[declarations] = `let ${names.join(', ')};`;
  }

  /** A variable for an intermediate value; free again after `release` of an earlier mark. */
  temp(): string {
    const state = this.function;
    const name = `t${state.temps++}`;
    state.tempsMax = Math.max(state.tempsMax, state.temps);
    return name;
  }

  mark(): number {
    return this.function.temps;
  }

  release(mark: number): void {
    this.function.temps = mark;
  }

  label(): string {
    return `b${this.#labels++}`;
  }

  constant(value: unknown): string {
    this.constants.push(value);
    return `k${this.constants.length - 1}`;
  }

  predeclared(binding: Binding): string {
    let known = this.outside.get(binding.name);
    if (known === undefined) {
      known = { variable: `p${this.outside.size}`, binding };
      this.outside.set(binding.name, known);
    }
    return known.variable;
  }

  isAssigned(variable: Variable): boolean {
    return this.function.assigned.some((layer) => layer.has(variable));
  }

  assign(variable: Variable): void {
    this.function.assigned.at(-1)!.add(variable);
  }

  /** What `work` assigns may not have happened after it; gives what was assigned. */
  branch(work: () => void): Set<Variable> {
    const layers = this.function.assigned;
    layers.push(new Set());
    work();
    return layers.pop()!;
  }
}
