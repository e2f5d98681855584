// JavaScript for statements.
import type { Emitter } from './emitter.ts';
import { assignTo, augmentedAssignment } from './generate-assignment.ts';
import { loop } from './generate-comprehension.ts';
import { generateFunction } from './generate-function.ts';
import type { Statement, Variable } from './syntax.ts';

/** Emits statements; true if control never reaches their end. */
export function block(e: Emitter, statements: readonly Statement[]): boolean {
  let ends = false;
  for (const statement of statements) {
    const mark = e.mark();
    ends = generate(e, statement) || ends;
    e.release(mark);
  }
  return ends;
}

function generate(e: Emitter, statement: Statement): boolean {
  switch (statement.kind) {
    case 'expression':
      // A string that stands alone is a comment.
      if (statement.value.kind !== 'string') e.expression(statement.value);
      return false;
    case 'assign':
      if (statement.operator === '=')
        assignTo(e, statement.target, e.expression(statement.value), statement.at);
      else augmentedAssignment(e, statement);
      return false;
    case 'if':
      return generateIf(e, statement);
    case 'for':
      e.branch(() => loop(e, statement, () => e.block(statement.body)));
      return false;
    case 'while':
      e.line('while (true) { if (--$T.fuel < 0) $T.refuel();', statement.condition);
      e.branch(() => {
        e.line(`if (!${e.condition(statement.condition)}) break;`, statement.condition);
        e.block(statement.body);
      });
      e.line('}');
      return false;
    case 'def':
      assignTo(
        e,
        statement.name,
        generateFunction(e, statement.scope!, statement.params, statement.body, statement),
        statement.start,
      );
      return false;
    case 'return':
      e.line(`return ${statement.value === undefined ? 'null' : e.expression(statement.value)};`);
      return true;
    case 'load': {
      const module = e.temp();
      const name = JSON.stringify(statement.module);
      e.line(`${module} = $load(${name});`, statement);
      for (const { local, from, fromSpan } of statement.bindings) {
        const value = e.temp();
        e.line(`${value} = $loaded(${module}, ${name}, ${JSON.stringify(from)});`, fromSpan);
        assignTo(e, local, value, statement.start);
      }
      return false;
    }
    case 'pass':
      return false;
    case 'break':
    case 'continue':
      e.line(`${statement.kind};`);
      return true;
  }
}

/** One labelled block, left by each branch that was taken: an `elif` chain of any length stays flat. */
function generateIf(e: Emitter, statement: Statement & { kind: 'if' }): boolean {
  const arriving: Set<Variable>[] = [];
  const label = e.label();
  const branch = (body: readonly Statement[], end: string): void => {
    let ends = false;
    const assigned = e.branch(() => {
      ends = e.block(body);
    });
    e.line(ends ? '}' : end);
    if (!ends) arriving.push(assigned);
  };
  e.line(`${label}: {`);
  // What a later condition finds assigned holds only where it was asked.
  for (const [at, { condition: test, body }] of statement.branches.entries()) {
    const mark = e.mark();
    const ask = (): void => e.line(`if (${e.condition(test)}) {`, test);
    if (at === 0) ask();
    else e.branch(ask);
    e.release(mark);
    branch(body, `break ${label};}`);
  }
  e.line('{');
  branch(statement.otherwise, '}');
  e.line('}');
  // A variable has a value afterwards if every branch that gets there gave it one.
  const [first, ...others] = arriving;
  for (const variable of first ?? []) {
    if (others.every((assigned) => assigned.has(variable))) e.assign(variable);
  }
  return arriving.length === 0;
}
