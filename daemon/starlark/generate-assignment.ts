// JavaScript for binding names and assigning to elements and fields.
import type { Emitter } from './emitter.ts';
import { arithmetic } from './generate-operator.ts';
import type { Expression, List, Name, Statement, Tuple } from './syntax.ts';

/** Assigns the value in the JavaScript variable `value` to a target; `at` is where a failure to take it apart belongs. */
export function assignTo(e: Emitter, target: Expression, value: string, at: number): void {
  if (target.kind === 'name') assignName(e, target, value);
  else if (target.kind === 'tuple' || target.kind === 'list') unpackInto(e, target, value, at);
  else if (target.kind === 'subscript') {
    const object = e.expression(target.object);
    const key = e.expression(target.key);
    e.line(`$setIndex(${object}, ${key}, ${value});`, target, target.at);
  } else if (target.kind === 'attribute') {
    const object = e.expression(target.object);
    e.line(`$setAttribute(${object}, ${JSON.stringify(target.name)}, ${value});`, target, target.at);
  } else throw new Error(`the resolver lets nobody assign to ${target.kind}`);
}

function unpackInto(e: Emitter, target: Tuple | List, value: string, position: number): void {
  const parts = e.temp();
  e.line(`${parts} = $unpack(${value}, ${target.items.length});`, target, position);
  for (const [at, item] of target.items.entries()) {
    const mark = e.mark();
    if (item.kind === 'name') assignName(e, item, `${parts}[${at}]`);
    else {
      const part = e.temp();
      e.line(`${part} = ${parts}[${at}];`);
      assignTo(e, item, part, position);
    }
    e.release(mark);
  }
}

function assignName(e: Emitter, target: Name, value: string): void {
  const { binding } = target;
  if (binding?.scope !== 'local' && binding?.scope !== 'global')
    throw new Error(`${target.name} is unresolved`);
  e.line(`${binding.variable} = ${value};`);
  e.assign(binding);
}

const inPlace: Record<string, string> = {
  '+': '$addInPlace',
  '-': '$subInPlace',
  '|': '$orInPlace',
  '&': '$andInPlace',
  '^': '$xorInPlace',
};

/** `target op= value`: the target's parts are evaluated once, before the value. */
export function augmentedAssignment(e: Emitter, node: Statement & { kind: 'assign' }): void {
  const operator = node.operator.slice(0, -1);
  const { target } = node;
  const update = (current: string, store: (value: string) => void): void => {
    const right = e.expression(node.value);
    const updated = e.temp();
    const code = arithmetic(operator, current, right, node.value, inPlace[operator]);
    e.line(`${updated} = ${code};`, node, node.at);
    store(updated);
  };
  if (target.kind === 'name') {
    const current = e.expression(target);
    update(current, (value) => assignName(e, target, value));
  } else if (target.kind === 'subscript') {
    const object = e.expression(target.object);
    const key = e.expression(target.key);
    const current = e.temp();
    e.line(`${current} = $index(${object}, ${key});`, target, target.at);
    update(current, (value) => e.line(`$setIndex(${object}, ${key}, ${value});`, target, target.at));
  } else if (target.kind === 'attribute') {
    const object = e.expression(target.object);
    const name = JSON.stringify(target.name);
    const current = e.temp();
    e.line(`${current} = $getAttribute(${object}, ${name});`, target, target.at);
    update(current, (value) => e.line(`$setAttribute(${object}, ${name}, ${value});`, target, target.at));
  } else throw new Error(`the resolver lets nobody assign to ${target.kind}`);
}
