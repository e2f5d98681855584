// JavaScript for expressions. Each is taken apart into lines that do one thing; what `expression` gives back is a
// variable or literal that holds the result. Since nothing but a statement assigns, a Starlark variable can stand for its
// value until the end of its expression.
import { Bytes } from './bytes.ts';
import type { Emitter } from './emitter.ts';
import { simpleFormat } from './format.ts';
import { Float } from './float.ts';
import { generateCall } from './generate-call.ts';
import { generateFunction } from './generate-function.ts';
import { arithmetic, comparison, comparisons, truthOf } from './generate-operator.ts';
import { generateComprehension } from './generate-comprehension.ts';
import type { Binary, Expression, Name } from './syntax.ts';

export function expression(e: Emitter, node: Expression): string {
  switch (node.kind) {
    case 'name':
      return readName(e, node);
    case 'int':
      return typeof node.value === 'bigint' ? `${node.value}n` : String(node.value);
    case 'float':
      return e.constant(new Float(node.value));
    case 'string':
      return JSON.stringify(node.value);
    case 'bytes':
      return e.constant(new Bytes(node.value));
    case 'tuple':
      if (node.items.length === 0) return '$emptyTuple';
      return result(e, (items) => `new $Tuple([${items.join(', ')}])`, node.items);
    case 'list':
      return result(e, (items) => `new $List([${items.join(', ')}])`, node.items);
    case 'set':
      return result(e, (items) => `new $Set([${items.join(', ')}])`, node.items, node);
    case 'dict':
      return dict(e, node);
    case 'unary':
      return unary(e, node);
    case 'binary':
      return binary(e, node);
    case 'conditional':
      return conditional(e, node);
    case 'call':
      return generateCall(e, node);
    case 'attribute':
      return result(
        e,
        ([object]) => `$getAttribute(${object}, ${JSON.stringify(node.name)})`,
        [node.object],
        node,
        node.at,
      );
    case 'subscript':
      return result(
        e,
        ([object, key]) => `$index(${object}, ${key})`,
        [node.object, node.key],
        node,
        node.at,
      );
    case 'slice': {
      const none: Expression = {
        kind: 'name',
        name: 'None',
        binding: { scope: 'universal', name: 'None' },
        start: 0,
        end: 0,
      };
      const parts = [node.object, node.low ?? none, node.high ?? none, node.step ?? none];
      return result(e, (operands) => `$slice(${operands.join(', ')})`, parts, node, node.at);
    }
    case 'lambda':
      return generateFunction(e, node.scope!, node.params, node.body, node);
    case 'comprehension':
      return generateComprehension(e, node);
  }
}

/** Evaluates `operands` in order, then puts `code` of them into a new variable. */
function result(
  e: Emitter,
  code: (operands: string[]) => string,
  operands: readonly Expression[],
  span?: Expression,
  at?: number,
): string {
  const mark = e.mark();
  const values = operands.map((operand) => e.expression(operand));
  e.release(mark);
  const target = e.temp();
  e.line(`${target} = ${code(values)};`, span, at);
  return target;
}

const universalConstants: Record<string, string> = { None: 'null', True: 'true', False: 'false' };

function readName(e: Emitter, node: Name): string {
  const binding = node.binding!;
  if (!('variable' in binding)) {
    const constant = binding.scope === 'universal' ? universalConstants[binding.name] : undefined;
    return constant ?? e.predeclared(binding);
  }
  if (!e.isAssigned(binding)) {
    e.line(
      `if (${binding.variable} === undefined) $unbound("${binding.scope}", ${JSON.stringify(node.name)});`,
      node,
    );
    e.assign(binding);
  }
  return binding.variable;
}

function dict(e: Emitter, node: Expression & { kind: 'dict' }): string {
  const target = e.temp();
  e.line(`${target} = new $Dict();`);
  for (const entry of node.entries) {
    const mark = e.mark();
    const key = e.expression(entry.key);
    const value = e.expression(entry.value);
    e.line(`$newKey(${target}, ${key}, ${value});`, entry, entry.colon);
    e.release(mark);
  }
  return target;
}

const unaryFunctions = { '-': '$negative', '+': '$positive', '~': '$complement' } as const;

function unary(e: Emitter, node: Expression & { kind: 'unary' }): string {
  const { operator, operand } = node;
  if (operator === 'not') {
    const mark = e.mark();
    const value = e.condition(operand);
    e.release(mark);
    const target = e.temp();
    e.line(`${target} = !${value};`, node);
    return target;
  }
  return result(e, ([value]) => `${unaryFunctions[operator]}(${value})`, [operand], node);
}

/** Long sums lean to the left: they are walked, not recursed into. */
function spine(node: Binary): { first: Expression; rest: Binary[] } {
  const rest: Binary[] = [];
  let first: Expression = node;
  for (; first.kind === 'binary'; first = first.left) rest.push(first);
  return { first, rest: rest.toReversed() };
}

function binary(e: Emitter, node: Binary): string {
  const { first, rest } = spine(node);
  const mark = e.mark();
  let left = e.expression(first);
  for (const step of rest) {
    if (step.operator === 'and' || step.operator === 'or') {
      left = shortCircuit(e, step, left, mark);
      continue;
    }
    const interpolated = step.operator === '%' ? interpolation(e, step, mark) : undefined;
    if (interpolated !== undefined) {
      left = interpolated;
      continue;
    }
    const right = e.expression(step.right);
    e.release(mark);
    const target = e.temp();
    const code = comparisons.has(step.operator)
      ? comparison(step.operator, left, right)
      : arithmetic(step.operator, left, right, step.right);
    e.line(`${target} = ${code};`, step, step.at);
    left = target;
  }
  return left;
}

const conversionFunctions = { s: '$str', r: '$repr', d: '$formatInteger' } as const;

/** `"…%s…" % (a, …)` with as many operands as conversions needs neither the tuple nor a look at the format. */
function interpolation(e: Emitter, node: Binary, mark: number): string | undefined {
  const { left, right } = node;
  if (left.kind !== 'string' || right.kind !== 'tuple') return undefined;
  const format = simpleFormat(left.value);
  if (format === undefined || format.conversions.length !== right.items.length) return undefined;
  const values = right.items.map((item) => e.expression(item));
  e.release(mark);
  const target = e.temp();
  const parts = format.texts.map((text, at) => {
    const conversion = format.conversions[at];
    const literal = JSON.stringify(text);
    return conversion === undefined
      ? literal
      : `${literal} + ${conversionFunctions[conversion]}(${values[at]}) + `;
  });
  e.line(`${target} = ${parts.join('')};`, node, node.at);
  return target;
}

function shortCircuit(e: Emitter, node: Binary, left: string, mark: number): string {
  e.release(mark);
  const target = e.temp();
  if (target !== left) e.line(`${target} = ${left};`);
  const test = truthOf(target);
  e.line(`if (${node.operator === 'and' ? test : `!${test}`}) {`, node.left);
  e.branch(() => {
    const right = e.expression(node.right);
    e.line(`${target} = ${right};}`);
  });
  e.release(mark + 1);
  return target;
}

function conditional(e: Emitter, node: Expression & { kind: 'conditional' }): string {
  const target = e.temp();
  const mark = e.mark();
  e.line(`if (${e.condition(node.condition)}) {`, node.condition);
  const branches: [string, Expression][] = [
    ['} else {', node.then],
    ['}', node.otherwise],
  ];
  for (const [end, branch] of branches) {
    e.release(mark);
    e.branch(() => {
      const value = e.expression(branch);
      e.line(`${target} = ${value};${end}`);
    });
  }
  e.release(mark);
  return target;
}

/** An expression's truth as a JavaScript condition, to be used at once. Errors in it belong to the line it is used in. */
export function condition(e: Emitter, node: Expression): string {
  if (node.kind === 'binary' && comparisons.has(node.operator)) return binary(e, node);
  if (node.kind === 'unary' && node.operator === 'not') return `!${e.condition(node.operand)}`;
  const value = e.expression(node);
  return value === 'true' || value === 'false' ? value : truthOf(value);
}
