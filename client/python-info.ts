import { type ExtensionReport, PythonInfo, type PythonReport } from '../protocol/python-requests.ts';
import type { Task } from './command.ts';
import { writeOut } from './output.ts';
import { ask, pythonRequest } from './python-request.ts';

/** What a Python consists of, in the sections that PyOxidizer's `python-distribution-info` has. */
export async function pythonInfo(task: Task): Promise<number> {
  const report = await ask(task, PythonInfo, pythonRequest(task, task.invocation.words[0]));
  writeOut(
    task.isJson ? `${JSON.stringify({ event: 'result', ...report, exitCode: 0 })}\n` : infoText(report),
  );
  return 0;
}

export function infoText(report: PythonReport): string {
  const underlined = (title: string, mark: string): string[] => [title, mark.repeat(title.length), ''];
  const lines = [
    ...underlined('High-Level Metadata', '='),
    `Target triple: ${report.triple}`,
    `Tag:           ${report.tag}`,
    `Platform tag:  ${report.platformTag}`,
    `Version:       ${report.version}`,
    '',
    ...underlined('Extension Modules', '='),
  ];
  let last: string | undefined;
  for (const extension of report.extensions) {
    if (extension.name !== last) lines.push(...underlined(extension.name, '-'));
    last = extension.name;
    lines.push(...underlined(extension.variant, '^'), ...extensionLines(extension), '');
  }
  lines.push(...underlined('Python Modules', '='), ...report.modules, '');
  lines.push(...underlined('Python Resources', '='));
  lines.push(...report.resources.map((resource) => `[${resource.package}].${resource.name}`), '');
  return lines.join('\n');
}

const extensionLines = ({ isRequired, isBuiltin, license, links }: ExtensionReport): string[] => [
  `Required: ${isRequired}`,
  `Built-in Default: ${isBuiltin}`,
  ...(license === undefined ? [] : [`Licensing: ${license}`]),
  ...(links.length === 0 ? [] : [`Links: ${links.map(({ name, kind }) => `${name} (${kind})`).join(', ')}`]),
];
