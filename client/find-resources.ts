// `oxd find-resources`: what a scan finds, line by line as PyOxidizer prints it.
import { resolve } from 'node:path';
import { type Findings, FindResources, type FoundResource } from '../protocol/python-requests.ts';
import { flagValue, hasFlag, type Task } from './command.ts';
import { writeOut } from './output.ts';
import { ask, pythonRequest } from './python-request.ts';
import { UsageFailure } from './usage-failure.ts';

export async function findResources(task: Task): Promise<number> {
  const [word] = task.invocation.words;
  const isStandardLibrary = hasFlag(task, '--scan-distribution');
  if (word === undefined && !isStandardLibrary)
    throw new UsageFailure(
      'do not know what to scan',
      'name a folder or a wheel, or say --scan-distribution',
    );
  const path = isStandardLibrary || word === undefined ? undefined : resolve(task.cwd, word);
  const findings = await ask(task, FindResources, {
    ...pythonRequest(task, flagValue(task, '--python')),
    ...(path === undefined ? {} : { path }),
    classify: !hasFlag(task, '--no-classify-files'),
    files: !hasFlag(task, '--no-emit-files'),
  });
  if (task.isJson) {
    writeOut(`${JSON.stringify({ event: 'result', ...findings, exitCode: 0 })}\n`);
    return 0;
  }
  writeOut(`${[heading(findings, word ?? ''), ...findings.resources.map(resourceText)].join('\n')}\n`);
  return 0;
}

function heading({ scanned }: Findings, path: string): string {
  switch (scanned) {
    case 'directory':
      return `scanning directory ${path}`;
    case 'wheel':
      return `parsing ${path} as a wheel archive`;
    case 'distribution':
      return 'scanning distribution';
    case 'unknown':
      return `do not know how to find resources in ${path}`;
  }
}

export function resourceText(found: FoundResource): string {
  const flags = `is_stdlib: ${found.isStdlib}, is_test: ${found.isTest}`;
  switch (found.kind) {
    case 'module-source':
      return `PythonModuleSource { name: ${found.name}, is_package: ${found.isPackage}, ${flags} }`;
    case 'module-bytecode':
      return `PythonModuleBytecode { name: ${found.name}, is_package: ${found.isPackage}, ${flags}, bytecode_level: ${found.level} }`;
    case 'package-resource':
      return `PythonPackageResource { package: ${found.package}, name: ${found.name}, ${flags} }`;
    case 'distribution-resource':
      return `PythonPackageDistributionResource { package: ${found.package}, version: ${found.version}, name: ${found.name} }`;
    case 'extension-module':
      return [
        'PythonExtensionModule {',
        `    name: ${found.name}`,
        `    is_builtin: ${found.isBuiltin}`,
        `    has_shared_library: ${found.hasLibrary}`,
        // Objects are linked as part of libpython or not at all.
        '    has_object_files: false',
        `    link_libraries: [${found.links.map((name) => `"${name}"`).join(', ')}]`,
        '}',
      ].join('\n');
    case 'egg-file':
      return `PythonEggFile { path: ${found.path} }`;
    case 'path-extension':
      return 'PythonPathExtension';
    case 'file':
      return `File { path: ${found.path}, is_executable: ${found.isExecutable} }`;
  }
}
