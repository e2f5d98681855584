// JavaScript for comprehensions: loops within the function they stand in.
import type { Emitter } from './emitter.ts';
import { assignTo } from './generate-assignment.ts';
import type { Clause, Comprehension, DictEntry, Expression, Tuple } from './syntax.ts';

export function generateComprehension(e: Emitter, node: Comprehension): string {
  const target = e.temp();
  const isDict = node.body.kind === 'entry';
  e.line(`${target} = ${isDict ? 'new $Dict()' : '[]'};`);
  e.branch(() => clauses(e, node.clauses, () => element(e, node.body, target)));
  if (!isDict) e.line(`${target} = new $List(${target});`);
  return target;
}

function element(e: Emitter, body: Expression | DictEntry, target: string): void {
  if (body.kind === 'entry') {
    const key = e.expression(body.key);
    const value = e.expression(body.value);
    e.line(`${target}.set(${key}, ${value});`, body, body.colon);
  } else e.line(`${target}.push(${e.expression(body)});`);
}

function clauses(e: Emitter, rest: readonly Clause[], body: () => void): void {
  const [clause, ...others] = rest;
  if (clause === undefined) {
    body();
    return;
  }
  if (clause.kind === 'if') {
    const mark = e.mark();
    e.line(`if (${e.condition(clause.condition)}) {`, clause.condition);
    e.release(mark);
    clauses(e, others, body);
    e.line('}');
    return;
  }
  loop(e, clause, () => clauses(e, others, body));
}

type Loop = { readonly target: Expression; readonly iterable: Expression; readonly start: number };

/**
 * `for target in iterable`: the iterable stays locked until the loop is left, however that happens. What goes wrong with
 * the iteration itself belongs to the word `for`.
 */
export function loop(e: Emitter, { target, iterable, start }: Loop, body: () => void): void {
  const mark = e.mark();
  const pairs = target.kind === 'tuple' && target.items.length === 2 ? pairSource(e, iterable) : undefined;
  if (pairs !== undefined) {
    e.release(mark);
    const iterator = e.temp();
    e.line(`${iterator} = ${pairs.code};`, iterable, pairs.at ?? start);
    e.line(`try { while (${iterator}.next()) { if (--$T.fuel < 0) $T.refuel();`, target, start);
    const inner = e.mark();
    for (const [at, item] of (target as Tuple).items.entries()) {
      const value = e.temp();
      e.line(`${value} = ${iterator}.${at === 0 ? 'first' : 'second'};`);
      assignTo(e, item, value, start);
    }
    e.release(inner);
    body();
    e.line(`}} finally { ${iterator}.close(); }`);
    e.release(mark);
    return;
  }
  const value = e.expression(iterable);
  e.release(mark);
  const iterator = e.temp();
  const item = e.temp();
  e.line(`${iterator} = $iterate(${value});`, iterable, start);
  e.line(
    `try { while ((${item} = ${iterator}.next()) !== undefined) { if (--$T.fuel < 0) $T.refuel();`,
    iterable,
    start,
  );
  const inner = e.mark();
  assignTo(e, target, item, start);
  e.release(inner);
  body();
  e.line(`}} finally { ${iterator}.close(); }`);
  e.release(mark);
}

/** JavaScript for a pair iterator over `enumerate(x)` or `x.items()`, and where it fails; undefined for all else. */
function pairSource(
  e: Emitter,
  iterable: Expression,
): { readonly code: string; readonly at: number | undefined } | undefined {
  if (iterable.kind !== 'call') return undefined;
  const { callee, args } = iterable;
  const [first] = args;
  const isEnumerate =
    callee.kind === 'name' && callee.name === 'enumerate' && callee.binding?.scope === 'universal';
  if (isEnumerate && args.length === 1 && first?.kind === 'positional') {
    return { code: `new $EnumeratedPairs(${e.expression(first.value)})`, at: iterable.at };
  }
  if (callee.kind !== 'attribute' || callee.name !== 'items' || first !== undefined) return undefined;
  const object = e.expression(callee.object);
  const others = e.temp();
  e.line(
    `if (!(${object} instanceof $Dict)) ${others} = $getAttribute(${object}, "items");`,
    callee,
    callee.at,
  );
  e.line(`if (!(${object} instanceof $Dict)) ${others} = $call(${others}, []);`, iterable, iterable.at);
  const code = `${object} instanceof $Dict ? new $DictPairs(${object}) : new $UnpackedPairs(${others}, $unpack)`;
  return { code, at: undefined };
}
