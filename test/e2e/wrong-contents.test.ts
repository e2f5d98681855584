// Configs whose parts do not fit together: what a build says of them names the file, the package and the way out.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { leave, run, wheel, workspace } from './one-step-rig.ts';

const config = (lines: string): string => `
def make_exe():
    dist = default_python_distribution()
    config = dist.make_python_interpreter_config()
    exe = dist.to_python_executable("app", config=config)
${lines.trim().replaceAll(/^(?=.)/gm, '    ')}
    return exe
register_target("exe", make_exe)
`;

type Row = { readonly lines: string; readonly code?: number; readonly told: RegExp };
const starts = (module: string): string => `
config.run_module = "${module}"
exe = dist.to_python_executable("app", config=config)
exe.add_python_resources(exe.pip_install(["both"]))`;

const rows: Readonly<Record<string, Row>> = {
  'a native module for another system': {
    lines: `
other = default_python_distribution(build_target="x86_64-pc-windows-msvc").to_python_executable("other")
exe.add_python_resources(other.pip_download(["foreign"]))`,
    told: /Cannot pack "foreign\/fast\.cp311-win_amd64\.pyd" of foreign: it is for x86_64-pc-windows-msvc, the executable for x86_64-unknown-linux-gnu\nhint: call pip_download\(\) of the executable itself, or leave it out: `resource\.add_include = False`/,
  },
  'a module to start that is not there': {
    lines: starts('bothh'),
    told: /Cannot run the module "bothh": app does not have it\nhint: did you mean "both"\?/,
  },
  'a module to start that is like none': {
    lines: starts('nothing_alike'),
    told: /Cannot run the module "nothing_alike": app does not have it\nhint: it has both, single; or add/,
  },
  'a package to start without __main__': {
    lines: starts('parts'),
    told: /Cannot run the package "parts" in app: it has no module __main__\nhint: it has parts\.tool/,
  },
  'a module of the standard library is there': {
    lines: starts('json.tool'),
    code: 0,
    told: /writing executable/,
  },
  'a package with __main__ is there': { lines: starts('both'), code: 0, told: /writing executable/ },
  'a module that is looked for beside the program may come later': {
    lines: `config.module_search_paths = ["$ORIGIN/lib"]${starts('later')}`,
    code: 0,
    told: /writing executable/,
  },
  'one file of two packages, of two calls: what is added last counts, and is told': {
    lines: `
exe.add_python_resources(exe.pip_install(["one"]))
exe.add_python_resources(exe.pip_install(["two"]))`,
    code: 0,
    told: /"shared\.py" of one 1\.0 gives way to that of two 2\.0, which is added later/,
  },
};

suite('contents that do not fit', { concurrency: false }, () => {
  wheel('foreign', '1.0', 'foreign/__init__.py=', 'foreign/fast.cp311-win_amd64.pyd=MZ');
  wheel(
    'both',
    '1.0',
    'both/__init__.py=',
    'both/__main__.py=print(1)',
    'single.py=',
    'parts/__init__.py=',
    'parts/tool.py=',
  );
  wheel('one', '1.0', 'shared.py=x = 1\n', 'same.py=', 'tests/__init__.py=#1');
  wheel('two', '2.0', 'shared.py=x = 2\n', 'same.py=', 'tests/__init__.py=#2');
  after(leave);

  for (const [index, [name, { lines, code = 1, told }]] of Object.entries(rows).entries())
    test(name, () => {
      const folder = workspace(`contents-${index}`, { 'pyoxidizer.bzl': config(lines) });
      const result = run(folder, ['build']);
      assert.match(result.stderr, told);
      assert.equal(result.code, code, result.stderr);
      assert.doesNotMatch(result.stderr, /same\.py|tests\/|has a bug/);
    });
});
