// JavaScript for calls.
import type { Emitter } from './emitter.ts';
import type { Call, Expression } from './syntax.ts';

/** Calls with up to this many positional arguments have runtime functions of their own. */
const directMax = 3;

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
  const isMethod = callee.kind === 'attribute';
  const target = isMethod ? e.expression(callee.object) : e.expression(callee);
  const args = evaluateArguments(e, node);
  e.release(mark);
  const result = e.temp();
  const code = isMethod
    ? methodCall(target, callee.name, args)
    : isUniversal(callee)
      ? nativeCall(target, args)
      : plainCall(target, args);
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

function methodCall(target: string, name: string, args: Arguments): string {
  const text = JSON.stringify(name);
  const { positional } = args;
  if (!isPlain(args)) return `$methodCall(${target}, ${text}, ${general(args)})`;
  if (positional.length <= directMax)
    return `$method${positional.length}(${[target, text, ...positional].join(', ')})`;
  return `$methodCall(${target}, ${text}, [${positional.join(', ')}])`;
}

function general(args: Arguments): string {
  const positional = `[${args.positional.join(', ')}]`;
  const spread = args.star === undefined ? positional : `$spread(${positional}, ${args.star})`;
  const list = `${spread}, [${args.names.join(', ')}], [${args.named.join(', ')}]`;
  return args.starstar === undefined ? list : `${list}, ${args.starstar}`;
}
