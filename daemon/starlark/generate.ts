// From a resolved file to a JavaScript function that runs it.
//
// A file becomes one script: its globals are variables of the script, each of its functions is a JavaScript function, and
// captured variables are captured by JavaScript itself. Line 1 holds the declarations.
import { Script } from 'node:vm';
import { Emitter } from './emitter.ts';
import { condition, expression } from './generate-expression.ts';
import { block } from './generate-statement.ts';
import type { DialectOptions } from './dialect.ts';
import type { ResolvedFile } from './resolver.ts';
import { bindRuntime, runtimeNames } from './runtime.ts';
import type { RuntimeHooks } from './runtime.ts';
import type { SourceText } from './source-text.ts';
import { registerScript } from './trace.ts';
import type { Value } from './value.ts';
import type { Binding } from './syntax.ts';

/** A compiled file. Running it makes its globals anew. */
export type Program = {
  readonly globals: readonly string[];
  /** Runs the file's statements; gives the globals that got a value, and the value of a final expression. */
  run(
    hooks: RuntimeHooks,
    outside: (binding: Binding) => Value,
  ): { globals: Map<string, Value>; last: Value | undefined; read: () => Map<string, Value> };
  /** The generated JavaScript, for those who want to look. */
  readonly javascript: string;
};

type Instance = { main: () => Value | undefined; globals: () => (Value | undefined)[] };

export function generate(source: SourceText, file: ResolvedFile, options: DialectOptions): Program {
  const e = new Emitter(source, options, { expression, condition, block });
  e.line('const $main = function () {');
  e.enter(file.scope, []);
  const last = file.statements.at(-1);
  if (last?.kind === 'expression') {
    if (!e.block(file.statements.slice(0, -1))) e.line(`return ${e.expression(last.value)};`);
  } else e.block(file.statements);
  e.leave(new Set());
  e.line('};');
  const moduleVariables = file.moduleVariables.map(({ variable }) => variable);
  const globals = file.globals.map(({ variable }) => variable);
  e.line(`return { main: $main, globals: () => [${globals.join(', ')}] };`);
  e.line('})');
  const outside = [...e.outside.values()];
  const constants = e.constants.map((_, at) => `k${at} = $k[${at}]`);
  const predeclared = outside.map(({ variable }, at) => `${variable} = $p[${at}]`);
  const declared = [`{ ${runtimeNames.join(', ')} } = $`, ...constants, ...predeclared];
  const variables = [...moduleVariables, ...e.scriptVariables];
  e.lines[0] =
    `(function ($, $k, $p) { "use strict"; const ${declared.join(', ')};` +
    (variables.length > 0 ? ` let ${variables.join(', ')};` : '');
  const javascript = e.lines.join('\n');
  const script = new Script(javascript, { filename: registerScript(e.table) });
  const names = file.globals.map(({ name }) => name);
  return {
    globals: names,
    javascript,
    run: (hooks, valueOf) => {
      hooks.thread.lineTables.push(e.table);
      const make = script.runInThisContext() as ($: object, k: unknown[], p: Value[]) => Instance;
      const instance = make(
        bindRuntime(hooks),
        e.constants,
        outside.map(({ binding }) => valueOf(binding)),
      );
      const read = (): Map<string, Value> => {
        const found = new Map<string, Value>();
        for (const [at, value] of instance.globals().entries()) {
          if (value !== undefined) found.set(names[at]!, value);
        }
        return found;
      };
      const last = instance.main();
      return { globals: read(), last, read };
    },
  };
}
