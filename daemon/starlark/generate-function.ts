// JavaScript for functions.
import type { FunctionCode } from './callable.ts';
import type { Emitter } from './emitter.ts';
import type { Span } from './source-text.ts';
import type { Expression, FunctionScope, Parameter, Statement, Variable } from './syntax.ts';

/** Makes a function; gives the variable that holds it. Defaults are evaluated here and now. */
export function generateFunction(
  e: Emitter,
  scope: FunctionScope,
  params: readonly Parameter[],
  body: readonly Statement[] | Expression,
  span: Span,
): string {
  const mark = e.mark();
  const ordinary = params.filter(({ kind }) => kind === 'required' || kind === 'optional');
  const defaults = ordinary.map(({ value }) => (value === undefined ? 'undefined' : e.expression(value)));
  e.release(mark);
  const star = params.find(({ kind }) => kind === 'star');
  const starstar = params.find(({ kind }) => kind === 'starstar');
  const starAt = star === undefined ? params.length : params.indexOf(star);
  const code: FunctionCode = {
    name: scope.name,
    params: ordinary.map(({ name }) => name!.name),
    keywordOnly: ordinary.filter((param) => params.indexOf(param) > starAt).length,
    hasArgs: star?.name !== undefined,
    hasKwargs: starstar !== undefined,
    doc: docOf(body),
    at: span.start,
    lines: e.table,
  };
  const slots = [
    ...ordinary,
    ...(star?.name === undefined ? [] : [star]),
    ...(starstar === undefined ? [] : [starstar]),
  ];
  const variables = slots.map(({ name }) => name!.binding as Variable);
  const target = e.temp();
  const constant = e.constant(code);
  e.line(
    `${target} = new $Function(${constant}, function (${variables.map(({ variable }) => variable).join(', ')}) {`,
  );
  e.enter(scope, variables);
  const guard = callGuard(e, scope);
  if (guard !== undefined) e.line(`${guard.before}if (--$T.fuel < 0) $T.refuel(); try {${guard.inside}`);
  if ('kind' in body) e.line(`return ${e.expression(body)};`);
  else if (!e.block(body)) e.line('return null;');
  if (guard !== undefined) e.line(`} finally { ${guard.after} }`);
  e.leave(new Set(variables));
  // Freezing a function freezes what it captured, so it must be able to say what that is.
  const captured = [...(scope.captures ?? [])].map(({ variable }) => variable).join(', ');
  e.line(`}, [${defaults.join(', ')}]${captured === '' ? '' : `, () => [${captured}]`});`);
  return target;
}

/** What keeps a function from calling itself, or from doing so too deeply. One that calls nothing needs none. */
function callGuard(
  e: Emitter,
  scope: FunctionScope,
): { before: string; inside: string; after: string } | undefined {
  if (scope.isLeaf) return undefined;
  if (e.options.recursion) return { before: '', inside: ' $T.enterCall();', after: '$T.depth--;' };
  const flag = `r${e.scriptVariables.length}`;
  e.scriptVariables.push(flag);
  return {
    before: `if (${flag} === true) $recursive(${JSON.stringify(scope.name)}); `,
    inside: ` ${flag} = true;`,
    after: `${flag} = false;`,
  };
}

function docOf(body: readonly Statement[] | Expression): string | undefined {
  if ('kind' in body) return undefined;
  const [first] = body;
  return first?.kind === 'expression' && first.value.kind === 'string' ? first.value.value : undefined;
}
