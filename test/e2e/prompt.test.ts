// A config asks the person at the terminal: a real terminal, whose other end types the answers.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { client, oxd, oxdEnvironment, stopDaemon } from './oxd.ts';

/** argv: a JSON list of [what to wait for, what to type then], and a command. Prints what the terminal showed, then "CODE". */
const typist = `
import json, os, pty, sys
steps = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown = seen = b""
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    shown += part
    seen += part
    if steps and steps[0][0].encode() in seen:
        os.write(terminal, steps.pop(0)[1].encode())
        seen = b""
print(shown.decode().replace("\\r\\n", "\\n"))
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

const config = `
def make():
    print("can", can_prompt())
    name = prompt_input("Name?", default="nobody")
    secret = prompt_password("Secret?", confirm=True)
    if not prompt_confirm("Go on?", default=True):
        fail("declined")
    print("told", name, len(secret))
    files = FileManifest()
    files.add_file(FileContent(filename="told.txt", content=name))
    return files

def plain():
    files = FileManifest()
    files.add_file(FileContent(filename="told.txt", content=prompt_input("Name?", default="usual")))
    return files

def must():
    prompt_input("Name?")

register_target("asks", make, default=True)
register_target("plain", plain)
register_target("must", must)
`;

type Step = readonly [shown: string, typed: string];
type Seen = { readonly code: number; readonly shown: string };

suite('questions of a config', { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'oxd-prompt-'));
  before(() => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'pyoxidizer.bzl'), config);
  });
  after(() => {
    stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  });

  /** `oxd build ARGS` in a terminal in which somebody types. */
  async function typed(args: readonly string[], steps: readonly Step[]): Promise<Seen> {
    const command = [process.execPath, client, 'build', '--path', folder, ...args];
    const child = spawn('python3', ['-c', typist, JSON.stringify(steps), ...command], {
      env: oxdEnvironment({ environment: { TERM: 'xterm' } }),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    for await (const part of child.stdout.setEncoding('utf8')) text += part;
    const lines = text.trimEnd().split('\n');
    return { code: Number(lines.at(-1)), shown: lines.slice(0, -1).join('\n') };
  }

  const answers: readonly Step[] = [
    ['Name? [nobody] ', 'Ada\n'],
    ['Secret? ', 'geheim\n'],
    ['once more) ', 'other\n'],
    ['Secret? ', 'geheim\n'],
    ['once more) ', 'geheim\n'],
    ['Go on? [Y/n] ', 'perhaps\n'],
    ['Go on? [Y/n] ', '\n'],
  ];

  for (const [where, args] of Object.entries({ 'by the daemon': [], 'in one process': ['--no-daemon'] }))
    test(`are answered by who started the build, ${where}; a password is not shown`, async () => {
      // The second time as the first: an answer belongs to its build.
      for (let time = 1; time <= 2; time++) {
        const { code, shown } = await typed(args, answers);
        assert.equal(code, 0, shown);
        assert.match(shown, /can True[^]*told Ada 6/);
        assert.match(shown, /Name\? \[nobody\] Ada/);
        assert.match(shown, /these two are not the same/);
        assert.doesNotMatch(shown, /geheim|other|up to date/);
      }
    });

  test('an empty answer is the default', async () => {
    const { code, shown } = await typed(['plain'], [['Name? [usual] ', '\n']]);
    assert.equal(code, 0, shown);
  });

  test('Ctrl-C at a question, also at a password, ends the build', async () => {
    for (const steps of [[['Name? ', '\u0003']], [answers[0], ['Secret? ', 'ge\u0003']]] as Step[][]) {
      const { code, shown } = await typed([], steps);
      assert.equal(code, 130, shown);
    }
  });

  test('the end of input is no answer', async () => {
    const { code, shown } = await typed(['must'], [['Name? ', '\u0004']]);
    assert.equal(code, 1, shown);
    assert.match(shown, /Cannot go on without an answer to "Name\?"/);
  });

  test('without a terminal, and with --json, the defaults answer; without one it is an error', async () => {
    const { code, stderr } = oxd(['build', '--path', folder, 'plain']);
    assert.equal(code, 0, stderr);
    const missing = oxd(['build', '--path', folder, 'must']);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /cannot ask "Name\?": there is no terminal[^]*--var/);
    const json = await typed(['--json', 'must'], []);
    assert.equal(json.code, 1, json.shown);
    assert.match(json.shown, /there is no terminal/);
  });

  test('defaults that nobody chose are not kept for who can be asked', async () => {
    assert.equal(oxd(['build', '--path', folder, 'plain']).code, 0);
    const { code, shown } = await typed(['plain'], [['Name? [usual] ', 'Grace\n']]);
    assert.equal(code, 0, shown);
    assert.match(shown, /Name\?/);
  });
});
