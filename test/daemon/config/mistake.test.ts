// What is wrong with a config is said in full: text, place, calls, the way out.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { config, evaluate, makeExe } from './evaluation-rig.ts';

type Mistake = {
  readonly source: string;
  readonly targets?: readonly string[];
  readonly message: string | RegExp;
  /** "LINE:COLUMN" of the place; absent when there is none in the file. */
  readonly at?: string;
  readonly hint?: string;
  /** Names of the calls, outermost first. */
  readonly stack?: readonly string[];
};

const distribution = 'default_python_distribution()';
const mistakes: Record<string, Mistake> = {
  'syntax error': { source: 'def make_exe(:\n    pass\n', message: "got ':', want ')'", at: '1:14' },
  'undefined name': {
    source: 'def f():\n    return default_python_distributio()\n',
    message: /undefined: default_python_distributio/,
    at: '2:12',
  },
  'wrong argument type': {
    source: `def make():\n    return ${distribution}.pip_install("pyflakes")\nregister_target("x", make)\nresolve_targets()\n`,
    message: 'function expects a list for args; got type string',
    at: '2:12',
    stack: ['<toplevel>', 'make'],
  },
  'a function that returns nothing': {
    source: 'def make():\n    pass\nregister_target("x", make)\n',
    message: 'NoneType does not implement build()',
    at: '3:1',
    hint: 'the function of target x returns nothing: end it with a `return`',
  },
  'a target named like another folder': {
    source: 'def make():\n    pass\nregister_target("../x", make)\n',
    message: 'cannot name a target "../x"',
    at: '3:1',
    hint: 'use a file name without "/"',
  },
  'wrong type of an item': {
    source: `${distribution}.pip_install(["a", 1])`,
    message: 'function expects a list of str for args; got an item of type int',
    at: '1:1',
  },
  'None where a string is needed': {
    source: 'set_build_path(None)',
    message: 'function expects a string for path; got type NoneType',
    at: '1:1',
  },
  'unknown keyword argument': {
    source: 'PythonInterpreterConfig(run_evil="x")',
    message: /unexpected keyword argument "run_evil" \(did you mean run_eval\?\)/,
    at: '1:1',
  },
  'unknown method, nearest name': {
    source: `${distribution}.pip_instal(["x"])`,
    message: /PythonDistribution.*pip_instal.*pip_install\?/,
    at: '1:1',
  },
  'unknown attribute, nearest name': {
    source: `c = ${distribution}.make_python_interpreter_config()\nc.run_modul = "x"`,
    message: /PythonInterpreterConfig.*run_modul/,
    at: '2:1',
  },
  'attribute of the wrong type': {
    source: `c = ${distribution}.make_python_interpreter_config()\nc.sys_frozen = "yes"`,
    message: 'PythonInterpreterConfig.sys_frozen expects a bool; got "yes"',
  },
  'attribute outside of its choices': {
    source: `c = ${distribution}.make_python_interpreter_config()\nc.bytes_warning = "loud"`,
    message:
      'PythonInterpreterConfig.bytes_warning expects one of "none", "warn", "raise" or None; got "loud"',
  },
  'read-only attribute': {
    source: `p = ${distribution}.make_python_packaging_policy()\np.preferred_extension_module_variants = {}`,
    message: 'cannot set PythonPackagingPolicy.preferred_extension_module_variants: it is read-only',
  },
  'a list that contains itself': {
    source: `a = []\na.append(a)\n${distribution}.pip_install(a)`,
    message: 'value nests deeper than 20',
    at: '3:1',
  },
  'several syntax errors: the first of them comes first': {
    source: 'x = = 3\ndef f(:\n    pass\n',
    message: "got '=', want primary expression",
    at: '1:5',
  },
  'an error in a loaded file': {
    source: 'load("no-such.bzl", "x")',
    message: 'cannot load no-such.bzl: no such file',
    at: '1:1',
  },
  'two ways to run': {
    source: 'PythonInterpreterConfig(run_eval="x", run_repl=True)',
    message: 'multiple run_* arguments specified; use at most 1',
  },
  'bad location': {
    source: `p = ${distribution}.make_python_packaging_policy()\np.resources_location = "memory"`,
    message: 'unable to parse resource location "memory"',
    hint: 'use "in-memory" or "filesystem-relative:PREFIX"',
  },
  'unknown target on the command line': {
    source: 'def f():\n    pass\nregister_target("install", f)\n',
    targets: ['instal'],
    message: 'target instal does not exist',
    hint: 'did you mean "install"?',
  },
  'unknown dependency': {
    source: 'def f(x):\n    pass\nregister_target("exe", f, depends=["dist"])\nresolve_targets()\n',
    message: 'target dist does not exist',
    hint: 'the config has: exe',
    at: '4:1',
  },
  'targets that depend on each other': {
    source:
      'def f(x):\n    pass\nregister_target("a", f, ["b"])\nregister_target("b", f, ["a"])\nresolve_targets()\n',
    message: 'target a depends on itself: a -> b -> a',
  },
  'a target that cannot be built': {
    source: `register_target("dist", default_python_distribution)\n`,
    message: 'PythonDistribution does not implement build()',
    at: '1:1',
  },
  'a target that returns nothing': {
    source: 'def f():\n    pass\nregister_target("x", f)\n',
    message: 'NoneType does not implement build()',
    at: '3:1',
  },
  'a path that leaves the manifest': {
    source: 'FileManifest().add_file(FileContent(filename="a", content=""), path="../a")',
    message: 'path must not leave its folder: ../a',
  },
  'an absolute path in a manifest': {
    source: 'FileManifest().add_file(FileContent(filename="a", content=""), directory="/etc")',
    message: 'path must be relative: /etc/a',
  },
  'a flavor that is gone': {
    source: 'default_python_distribution("windows_embeddable")',
    message: 'the flavor "windows_embeddable" is gone since PyOxidizer 0.8',
    hint: 'use "standalone", which has all of its modules too',
    at: '1:1',
  },
  'an executable for another platform than the target': {
    source: makeExe(
      'exe = default_python_distribution(build_target="aarch64-apple-darwin").to_python_executable("x")',
    ),
    message: 'cannot build the executable x for aarch64-apple-darwin: the target is x86_64-unknown-linux-gnu',
    hint: 'what it finds for the other platform, such as by pip_download(), can go into a FileManifest',
  },
  'a callback that fails': {
    source: makeExe(
      `def callback(policy, resource):\n    resource.add_locatoin = "x"\npolicy = ${distribution}.make_python_packaging_policy()\npolicy.register_resource_callback(callback)\nexe = ${distribution}.to_python_executable("x", policy)\nexe.pip_install(["app"])`,
    ),
    message: /add_locatoin.*add_location\?/,
    at: '3:9',
    stack: ['<toplevel>', 'make_exe', 'callback'],
  },
  'an empty filter': {
    source: makeExe(
      `exe = ${distribution}.to_python_executable("x")\nexe.filter_resources_from_files(glob_files=["nothing-*"])`,
    ),
    message: 'glob filter resolves to empty set; are you sure the glob pattern is correct?',
    at: '3:5',
    stack: ['<toplevel>', 'make_exe'],
  },
  'asking without a terminal': {
    source: 'prompt_input("Name?")',
    message: 'cannot ask "Name?": there is no terminal',
  },
};

for (const [what, mistake] of Object.entries(mistakes))
  test(`error: ${what}`, async () => {
    const { outcome } = await evaluate(mistake.source, { targets: mistake.targets ?? [] });
    assert.ok(outcome.outcome === 'invalid', 'is refused');
    const [diagnostic] = outcome.diagnostics;
    assert.ok(diagnostic);
    const { message, hint, range, stack, file } = diagnostic;
    if (typeof mistake.message === 'string') assert.equal(message, mistake.message);
    else assert.match(message, mistake.message);
    assert.equal(file, config);
    if (mistake.hint !== undefined) assert.equal(hint, mistake.hint);
    if (mistake.at !== undefined) assert.equal(`${range?.start.line}:${range?.start.column}`, mistake.at);
    if (mistake.stack !== undefined)
      assert.deepEqual(
        stack?.map(({ name }) => name),
        mistake.stack,
      );
  });
