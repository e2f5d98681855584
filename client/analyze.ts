// `oxd analyze`: reads a finished executable, without a daemon. The reading code is loaded into this process.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import type * as Analyze from '../daemon/executable/analyze.ts';
import { Failure } from '../protocol/failure.ts';
import type { Task } from './command.ts';
import { formatBytes } from './format.ts';
import { writeOut } from './output.ts';
import { daemonEntry } from './places.ts';

/** Libraries that it needs, the glibc it runs on, and what its size is made of. */
export async function analyze(task: Task): Promise<number> {
  const entry = pathToFileURL(daemonEntry('executable/analyze')).href;
  const { answerAnalysis } = (await import(entry)) as typeof Analyze;
  const [word = ''] = task.invocation.words;
  const file = resolve(task.cwd, word);
  const answer = answerAnalysis(file);
  if ('failure' in answer) {
    const { kind, message, ...options } = answer.failure;
    throw new Failure(kind, message, options);
  }
  const { analysis } = answer;
  writeOut(
    task.isJson
      ? `${JSON.stringify({ event: 'result', outcome: 'analyzed', file, ...analysis, exitCode: 0 })}\n`
      : analysisText(file, analysis),
  );
  return 0;
}

function analysisText(file: string, analysis: Analyze.Analysis): string {
  const { size, pythonVersion, sizes } = analysis;
  const about = pythonVersion === undefined ? '' : `, built by oxd with Python ${pythonVersion}`;
  return [
    `${file}: ${formatBytes(size)}${about}`,
    '',
    'Shared Library Dependencies',
    '===========================',
    ...libraryLines(analysis.libraries),
    '',
    'Symbol Versioning',
    '=================',
    ...glibcLines(analysis),
    ...(sizes === undefined ? [] : ['', 'Size', '====', ...sizeLines(sizes)]),
    '',
  ].join('\n');
}

function libraryLines(libraries: Analyze.Analysis['libraries']): string[] {
  if (libraries.length === 0) return ['  none'];
  return libraries.map(({ name, verdict, neededBy }) =>
    verdict === 'ok'
      ? `  OK           ${name}`
      : `  PROBLEMATIC  ${name}, not on every machine: needed by ${whoText(neededBy)}`,
  );
}

function glibcLines({ glibc, libc }: Analyze.Analysis): string[] {
  if (glibc === null) {
    if (libc === 'glibc') return ['glibc: any'];
    if (libc === 'musl') return ['glibc: not used; needs musl, as on Alpine'];
    return [`glibc: not used${libc === 'none' ? '; nothing is linked dynamically' : ''}`];
  }
  const { minimum, toStart } = glibc;
  const start = toStart === null || toStart === minimum ? '' : `; ${toStart} to start`;
  return [
    'glibc',
    `  Minimum Version: ${minimum}, needed by ${whoText(glibc.neededBy)}${start}`,
    '  Minimum Distro Versions:',
    ...glibc.releases.map(
      ({ distribution, release }) =>
        `    ${distribution.padEnd(12)} ${release === null ? (distribution === 'Alpine' ? 'no: it has musl' : 'none known') : `${release} and later`}`,
    ),
  ];
}

function whoText([first, ...others]: readonly string[]): string {
  if (first === undefined) return 'the executable itself';
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

function sizeLines(sizes: NonNullable<Analyze.Analysis['sizes']>): string[] {
  const width = Math.max(...sizes.map(({ name }) => name.length), 12);
  const row = (name: string, ...cells: string[]): string =>
    `  ${name.padEnd(width)}${cells.map((cell) => cell.padStart(11)).join('')}`.trimEnd();
  return [
    row('', 'size', 'unpacked', 'files'),
    ...sizes.map(({ name, stored, unpacked, files }) =>
      row(name, formatBytes(stored), formatBytes(unpacked), files === 0 ? '' : String(files)),
    ),
  ];
}
