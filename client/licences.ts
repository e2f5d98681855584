// `oxd licenses` and its relatives: a table for people, documents for files, exit code 1 for what a policy refuses.
import { statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { environmentForSteps } from '../protocol/environment.ts';
import { environmentFailure, exitCodes } from '../protocol/failure.ts';
import {
  CargoLicences,
  type DocumentFormat,
  documentFormats,
  Licences,
  type LicencesReport,
  PythonLicences,
} from '../protocol/licence-requests.ts';
import { flagValue, flagValues, hasFlag, type Task } from './command.ts';
import { subjectRequest } from './config-request.ts';
import { componentLines, licenceTable, violationLines } from './licence-table.ts';
import { writeError, writeOut } from './output.ts';
import { ask, pythonRequest } from './python-request.ts';
import { UsageFailure } from './usage-failure.ts';

export async function licenses(task: Task): Promise<number> {
  const format = formatOf(task);
  const entries = (flag: '--deny' | '--allow' | '--target'): string[] =>
    flagValues(task, flag).flatMap((values) => values);
  const request = subjectRequest(task);
  const report = await ask(task, Licences, {
    ...request,
    targets: [...request.targets, ...entries('--target')],
    policy: { deny: entries('--deny'), allow: entries('--allow') },
    format: format === 'table' || format === 'json' ? null : format,
  });
  const exitCode = report.violations.length === 0 ? exitCodes.ok : exitCodes.input;
  const { document, ...result } = report;
  const json = (): string => `${JSON.stringify({ event: 'result', ...result, exitCode })}\n`;
  const shown = format === 'json' ? json() : (document ?? licenceTable(report));
  const file = flagValue(task, '--output');
  if (file !== undefined) writeDocument(resolve(task.cwd, file), shown);
  if (task.isJson) writeOut(json());
  else {
    if (file === undefined) writeOut(shown);
    for (const line of violationLines(report)) writeError(`${line}\n`);
  }
  return exitCode;
}

function formatOf(task: Task): DocumentFormat | 'table' | 'json' {
  const word = flagValue(task, '--format') ?? 'table';
  const known = ['table', 'json', ...documentFormats] as const;
  const format = known.find((name) => name === word);
  if (format === undefined) throw new UsageFailure(`unknown format "${word}"`, `use ${known.join(', ')}`);
  return format;
}

function writeDocument(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw environmentFailure(`Cannot write "${file}": ${(cause as Error).message}`, { cause });
  }
}

export async function pythonLicences(task: Task): Promise<number> {
  const report = await ask(task, PythonLicences, pythonRequest(task, task.invocation.words[0]));
  writeOut(task.isJson ? jsonOf(report) : componentLines(report));
  return 0;
}

export async function rustProjectLicensing(task: Task): Promise<number> {
  const path = resolve(task.cwd, task.invocation.words[0] ?? '.');
  const triple = flagValue(task, '--target-triple');
  const report = await ask(task, CargoLicences, {
    manifest: isFolder(path) ? join(path, 'Cargo.toml') : path,
    allFeatures: hasFlag(task, '--all-features'),
    ...(triple === undefined ? {} : { triple }),
    format: hasFlag(task, '--unified-license') ? 'text' : null,
    environment: environmentForSteps(task.environment),
  });
  writeOut(task.isJson ? jsonOf(report) : (report.document ?? componentLines(report)));
  return 0;
}

const jsonOf = (report: LicencesReport): string =>
  `${JSON.stringify({ event: 'result', ...report, exitCode: 0 })}\n`;

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
