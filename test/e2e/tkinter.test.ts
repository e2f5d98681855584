// A program with tkinter, built by the real client and started where there is no Tcl.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { oxd, sharedCache, stopDaemon } from './oxd.ts';

const folder = mkdtempSync(join(tmpdir(), 'oxd-tkinter-'));
const executable = join(folder, 'build/x86_64-unknown-linux-gnu/debug/exe/program');
const hidden = ['/usr/share/tcltk', '/usr/lib/tcltk', sharedCache];

const config = `
def make_exe():
    dist = default_python_distribution()
    config = dist.make_python_interpreter_config()
    config.run_command = """
import os, subprocess, tkinter
inherited = subprocess.check_output('echo $TCL_LIBRARY', shell=True, text=True).strip()
tcl = tkinter.Tcl()
print(tcl.eval('info patchlevel') == tcl.eval('package require Tcl'), tcl.eval('info library'), inherited)
# Loads a Tcl module, messages of a language, an encoding; lists a folder.
print(tcl.eval('clock format 0 -gmt 1 -locale fi -format %B'), tcl.eval('encoding convertfrom shiftjis [binary format H* 8365]'))
print(len(tcl.splitlist(tcl.eval('glob -directory [info library] *.tcl'))) > 5)
if 'DISPLAY' in os.environ:
    window = tkinter.Tk()
    button = tkinter.Button(window, text='press')
    button.pack()
    window.update()
    print(button.winfo_width() > 1, tcl.eval('package require Tk') == window.eval('package require Tk'), window.eval('set tk_library'))
"""
    exe = dist.to_python_executable(name = "program", config = config)
    exe.tcl_files_path = VARS.get("path")
    if VARS.get("without") != None:
        exe.filter_resources_from_files(files = [CWD + "/names"])
    return exe

register_target("exe", make_exe, default = True)
resolve_targets()
`;

/** The program as built with these variables, without the folders of this machine's Tcl. */
function run(variables: readonly string[], environment: Record<string, string>): string {
  const build = oxd(['build', '--path', folder, ...variables.flatMap((name) => ['--var', name, 'lib'])]);
  assert.equal(build.code, 0, build.stderr);
  const hide = 'for d in $HIDE; do [ ! -d $d ] || mount -t tmpfs none $d || exit 98; done; exec "$1"';
  const result = spawnSync('unshare', ['--mount', 'sh', '-c', hide, 'sh', executable], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', HIDE: hidden.join(' '), ...environment },
  });
  assert.deepEqual([result.stderr, result.status], ['', 0]);
  return result.stdout.replaceAll(executable, 'EXE').replaceAll(join(executable, '..'), 'BESIDE');
}

suite('tkinter without an installed Tcl', () => {
  let server: ChildProcess | undefined;
  let display: string | undefined;
  before(async () => {
    writeFileSync(join(folder, 'pyoxidizer.bzl'), config);
    // Present where somebody installed it, as in CI: the rest needs no display.
    if (!existsSync('/usr/bin/Xvfb')) return;
    server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '640x480x24'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    display = await new Promise((resolve, reject) => {
      server?.once('error', reject);
      server?.stdio[3]?.once('data', (data: Buffer) => resolve(`:${data.toString().trim()}`));
    });
  });
  after(() => {
    server?.kill();
    stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  });

  const rows: [what: string, variables: readonly string[], library: string, inherited: string][] = [
    ['its scripts are packed', [], 'EXE/lib/tcl8.6', 'EXE/lib/tcl8.6'],
    ['tcl_files_path puts them beside it', ['path'], 'BESIDE/lib/tcl8.6', 'BESIDE/lib/tcl8.6'],
  ];
  for (const [what, variables, library, inherited] of rows)
    test(what, () => {
      // A Tcl of the user's own does not mislead it.
      const lines = run(variables, { TCL_LIBRARY: '/usr/share/tcltk/tcl8.6' }).trimEnd().split('\n');
      assert.deepEqual(lines, [`True ${library} ${inherited}`, 'tammikuu テ', 'True']);
      assert.equal(existsSync(join(executable, '../lib/tcl8.6/init.tcl')), variables.length > 0);
    });

  test('a window', (t) => {
    if (display === undefined) return t.skip('there is no Xvfb');
    assert.match(run([], { DISPLAY: display }), /True True EXE\/lib\/tk8\.6\n$/);
  });

  test('a program without _tkinter has no Tcl', () => {
    writeFileSync(join(folder, 'names'), 'encodings\n');
    const build = oxd(['build', '--path', folder, '--var', 'without', '1']);
    assert.equal(build.code, 0, build.stderr);
    const report = oxd(['analyze', executable]).stdout;
    assert.doesNotMatch(report, /tcl|tk8/);
  });
});
