// Evaluates one file in a fresh process and prints how many milliseconds that took: from source text to result, without
// the start of Node, which a daemon pays once. Or parses and resolves it, as a daemon that has done so before.
import { readFileSync } from 'node:fs';
import { checkFile, evaluateFile } from '../../../daemon/starlark/evaluate.ts';

const [, , mode, file] = process.argv;
const source = readFileSync(file!, 'utf8');
if (mode === 'check')
  console.log(Math.min(...[0, 1, 2].map(() => timed(() => checkFile({ file: file!, source })))));
else {
  const ms = timed(() => {
    const result = evaluateFile({ file: file!, source });
    if ('diagnostics' in result) throw new Error(result.diagnostics[0]?.message);
  });
  console.log(ms);
}

function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}
