// What oxd adds to cargo in a Rust project, and when it starts cargo at all.
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { require, section, show } from './report.ts';
import { timeInTurn } from './stopwatch.ts';
import { basePython, build, client, environment, freshFolder } from './workshop.ts';

const rounds = 10;

export const rustProjects = { 'rust-edit': rustEdit };

function rustEdit(): void {
  section('main.rs of a Rust project edited, executable rebuilt');
  const folder = join(freshFolder('rust'), 'myapp');
  build('init-rust-project', folder);
  build('build', '--path', folder);
  const main = join(folder, 'src/main.rs');
  const original = readFileSync(main, 'utf8');
  const cargo = { ...environment, CARGO_TARGET_DIR: join(folder, 'target') };
  execFileSync('cargo', ['build', '--quiet'], { cwd: folder, env: cargo, stdio: 'inherit' });
  const edit = ['/bin/sh', '-c', `sleep 0.1; echo "// $(date +%N)" >> ${main}`];
  const [ours, rival] = timeInTurn(basePython(), rounds, [
    {
      argv: [process.execPath, client, 'build', '--path', folder],
      env: environment,
      before: edit,
    },
    {
      argv: ['/bin/sh', '-c', `cd ${folder} && exec cargo build --quiet`],
      env: cargo,
      before: edit,
    },
  ]) as [number, number];
  show({
    work: 'edit of main.rs, oxd build',
    ours,
    rival,
    rivalName: 'cargo build',
    unit: 'ms',
    ratioMax: 1.1,
  });

  const startsCargo = (): boolean => /"name":"(cargo|stub)"/.test(build('build', '--json', '--path', folder));
  writeFileSync(main, original);
  require('a main.rs that was built before starts no cargo', !startsCargo());
  appendFileSync(join(folder, 'pyoxidizer.bzl'), '# edited\n');
  require('an edit of the config starts no cargo', !startsCargo());
  build('build', '--release', '--path', folder);
  appendFileSync(join(folder, 'pyoxidizer.bzl'), '# edited again\n');
  require('another profile did not take its place', !startsCargo());
}
