// Evaluates one file in a fresh process, or parses and resolves it, and prints how many milliseconds that took: from
// source text to result, without the start of Node, which a daemon pays once.
import { readFileSync } from 'node:fs';
import { checkFile, evaluateFile } from '../../../daemon/starlark/evaluate.ts';

const [, , mode, file] = process.argv;
const source = readFileSync(file!, 'utf8');
const started = performance.now();
if (mode === 'check') checkFile({ file: file!, source });
else {
  const result = evaluateFile({ file: file!, source });
  if ('diagnostics' in result) throw new Error(result.diagnostics[0]?.message);
}
console.log(performance.now() - started);
