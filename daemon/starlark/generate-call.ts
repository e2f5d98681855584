// JavaScript for calls.
import type { Emitter } from './emitter.ts';
import type { Attribute, Call, Expression } from './syntax.ts';

type Arguments = {
  readonly positional: string[];
  readonly names: string[];
  readonly named: string[];
  readonly star: string | undefined;
  readonly starstar: string | undefined;
};

export function generateCall(e: Emitter, node: Call): string {
  const mark = e.mark();
  const { callee } = node;
  if (callee.kind === 'attribute') return generateMethodCall(e, node, callee);
  const target = e.expression(callee);
  const args = evaluateArguments(e, node);
  e.release(mark);
  const result = e.temp();
  const code = isUniversal(callee) ? nativeCall(target, args) : plainCall(target, args);
  e.line(`${result} = ${code};`, node, node.at);
  return result;
}

/** `x.name(…)`: the method is found before the arguments are evaluated, and called without binding it to `x`. */
function generateMethodCall(e: Emitter, node: Call, callee: Attribute): string {
  const mark = e.mark();
  const object = e.expression(callee.object);
  const name = JSON.stringify(callee.name);
  const method = e.temp();
  const other = e.temp();
  e.line(`${method} = $findMethod(${object}, ${name});`);
  e.line(`if (${method} === undefined) ${other} = $getAttribute(${object}, ${name});`, callee, callee.at);
  const args = evaluateArguments(e, node);
  e.release(mark);
  const result = e.temp();
  const { positional, starstar } = args;
  let code: string;
  if (isPlain(args) && positional.length === 1) {
    code = `${method} !== undefined ? ${method}.invoke1(${object}, ${positional[0]}) : $call1(${other}, ${positional[0]})`;
  } else if (isPlain(args)) {
    const list = `[${positional.join(', ')}]`;
    code = `${method} !== undefined ? ${method}.invoke(${object}, ${list}) : $call(${other}, ${list})`;
  } else if (starstar === undefined) {
    const list = general(args);
    code = `${method} !== undefined ? ${method}.invoke(${object}, ${list}) : $call(${other}, ${list})`;
  } else code = `$call(${method} !== undefined ? ${method}.bind(${object}) : ${other}, ${general(args)})`;
  e.line(`${result} = ${code};`, node, node.at);
  return result;
}

function isUniversal(callee: Expression): boolean {
  return callee.kind === 'name' && callee.binding?.scope === 'universal';
}

/** Strictly from left to right, whatever kind each argument is of. */
function evaluateArguments(e: Emitter, node: Call): Arguments {
  const positional: string[] = [];
  const names: string[] = [];
  const named: string[] = [];
  let star: string | undefined;
  let starstar: string | undefined;
  for (const arg of node.args) {
    const value = e.expression(arg.value);
    switch (arg.kind) {
      case 'positional':
        positional.push(value);
        break;
      case 'named':
        names.push(JSON.stringify(arg.name));
        named.push(value);
        break;
      case 'star':
        star = value;
        break;
      case 'starstar':
        starstar = value;
        break;
    }
  }
  return { positional, names, named, star, starstar };
}

function isPlain(args: Arguments): boolean {
  return args.names.length === 0 && args.star === undefined && args.starstar === undefined;
}

function plainCall(target: string, args: Arguments): string {
  const { positional } = args;
  if (!isPlain(args)) return `$call(${target}, ${general(args)})`;
  const list = positional.join(', ');
  // A literal is no function, and `1.arity` no JavaScript.
  if (!/^[a-z]\d+$/.test(target)) return `$call(${target}, [${list}])`;
  const direct = `${target} instanceof $Function && ${target}.arity === ${positional.length} ? ${target}.js(${list})`;
  const rest = positional.length === 1 ? `$call1(${target}, ${list})` : `$call(${target}, [${list}])`;
  return `${direct} : ${rest}`;
}

/** A built-in of the language is known not to be a function of the program. */
function nativeCall(target: string, args: Arguments): string {
  if (!isPlain(args)) return `$call(${target}, ${general(args)})`;
  return args.positional.length === 1
    ? `$call1(${target}, ${args.positional[0]})`
    : `$call(${target}, [${args.positional.join(', ')}])`;
}

function general(args: Arguments): string {
  const positional = `[${args.positional.join(', ')}]`;
  const spread = args.star === undefined ? positional : `$spread(${positional}, ${args.star})`;
  const list = `${spread}, [${args.names.join(', ')}], [${args.named.join(', ')}]`;
  return args.starstar === undefined ? list : `${list}, ${args.starstar}`;
}
