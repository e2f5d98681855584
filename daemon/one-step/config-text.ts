// Writes the config of a plan: what `oxd init` gives to people, and what a build without a config evaluates.
import type { Install, Plan, Program, Start } from './plan.ts';

/** The text of a pyoxidizer.bzl. */
export function configText(plan: Plan): string {
  const [first, ...more] = plan.programs;
  const body = more.length === 0 && first !== undefined ? single(plan, first) : several(plan);
  return `# Builds ${plan.subject}: \`oxd build\`, \`oxd run\`, \`oxd list-targets\`.
#
# This is Starlark, a small language that reads like Python. Paths are relative to this file's folder.

${body}
resolve_targets()
`;
}

function single(plan: Plan, { name, start }: Program): string {
  return `def make_exe():
${executable(plan, [`config.${setting(start)}`], literal(name))}

register_target(${literal(name)}, make_exe, default = True)
`;
}

/** Several programs of one project differ in their name and in what they start. */
function several(plan: Plan): string {
  const makers = plan.programs.map(
    ({ name, start }, index) => `def make_${index + 1}():
    return make_exe(${literal(name)}, ${literal(startCode(start))})
`,
  );
  const registrations = plan.programs.map(
    ({ name }, index) =>
      `register_target(${literal(name)}, make_${index + 1}${index === 0 ? ', default = True' : ''})`,
  );
  return `def make_exe(name, code):
${executable(plan, ['config.run_command = code'], 'name')}

${makers.join('\n')}
${registrations.join('\n')}
`;
}

function executable(plan: Plan, settings: readonly string[], name: string): string {
  const version = plan.python === undefined ? '' : `python_version = ${literal(plan.python)}`;
  return [
    '# The Python that the program carries with it.',
    `dist = default_python_distribution(${version})`,
    '',
    '# What runs when the program starts.',
    'config = dist.make_python_interpreter_config()',
    ...settings,
    '',
    `exe = dist.to_python_executable(name = ${name}, config = config)`,
    ...plan.installs.flatMap(installLines),
    ...moduleLines(plan.modules),
    '',
    'return exe',
  ]
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n');
}

const installLines = ({ args, why }: Install): string[] => [
  '',
  `# ${why}`,
  `exe.add_python_resources(exe.pip_install(${list(args)}))`,
];

const moduleLines = (modules: Plan['modules']): string[] =>
  modules === undefined
    ? []
    : [
        '',
        '# The program itself: modules and folders of this place.',
        `exe.add_python_resources(exe.read_package_root(${
          modules.root === '.' ? 'CWD' : literal(modules.root)
        }, ${list(modules.names)}))`,
      ];

function setting(start: Start): string {
  switch (start.kind) {
    case 'module':
      return `run_module = ${literal(start.module)}`;
    case 'function':
      return `run_command = ${literal(startCode(start))}`;
  }
}

/** What the scripts do that pip writes for entry points; `sys.argv[0]` is the executable. */
function startCode(start: Start): string {
  if (start.kind === 'module')
    return `import runpy; runpy.run_module(${literal(start.module)}, alter_sys=True)`;
  const [first = ''] = start.attribute.split('.');
  return `import sys; from ${start.module} import ${first}; sys.exit(${start.attribute}())`;
}

/** JSON's strings are Starlark's too. */
const literal = (text: string): string => JSON.stringify(text);
const list = (words: readonly string[]): string => `[${words.map(literal).join(', ')}]`;
