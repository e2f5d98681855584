// Names and the blocks they live in, while a file is being resolved.
import type { FunctionScope, Name, Statement, Expression, Variable } from './syntax.ts';

export type Block = {
  readonly kind: 'module' | 'function' | 'comprehension';
  readonly parent: Block | undefined;
  readonly variables: Map<string, Variable>;
  /** The function whose JavaScript will hold the variables. */
  readonly owner: FunctionScope;
};

export function newBlock(kind: Block['kind'], parent: Block | undefined, owner: FunctionScope): Block {
  return { kind, parent, variables: new Map(), owner };
}

/** The names an assignment target binds; other targets (`a[i]`, `a.b`) bind none. */
export function boundNames(target: Expression, into: Name[] = []): Name[] {
  if (target.kind === 'name') into.push(target);
  else if (target.kind === 'tuple' || target.kind === 'list') {
    for (const item of target.items) boundNames(item, into);
  }
  return into;
}

/** Calls `visit` with each name bound by `statements` in their own block: not in nested functions or comprehensions. */
export function eachBinding(statements: readonly Statement[], visit: (name: Name) => void): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'assign':
        for (const name of boundNames(statement.target)) visit(name);
        break;
      case 'for':
        for (const name of boundNames(statement.target)) visit(name);
        eachBinding(statement.body, visit);
        break;
      case 'while':
        eachBinding(statement.body, visit);
        break;
      case 'if':
        for (const branch of statement.branches) eachBinding(branch.body, visit);
        eachBinding(statement.otherwise, visit);
        break;
      case 'def':
        visit(statement.name);
        break;
      case 'load':
      case 'expression':
      case 'return':
      case 'pass':
      case 'break':
      case 'continue':
        break;
    }
  }
}
