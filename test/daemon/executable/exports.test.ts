// What the stub shows to libraries: CPython's API, the calls that make it a directory, and nothing else.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { buildStub, testPython } from './packing.ts';

const stub = buildStub(testPython());

/** Names of functions that a file defines for others, without versions. */
function definedIn(file: string): Set<string> {
  const listing = execFileSync('nm', ['-D', '--defined-only', file], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const lines = listing.split('\n').map((line) => line.split(' '));
  return new Set(lines.filter(([, kind]) => kind !== 'A').map(([, , name = '']) => name.replace(/@.*/, '')));
}

const exported = definedIn(stub);
const libc = definedIn(execFileSync('cc', ['-print-file-name=libc.so.6'], { encoding: 'utf8' }).trim());

/** The families of calls that take paths or the descriptors of packed directories. */
const families: Readonly<Record<string, string>> = {
  open: 'open openat creat fopen freopen',
  stat: 'stat lstat fstat fstatat statx access eaccess euidaccess faccessat statvfs fstatvfs statfs fstatfs pathconf',
  links: 'realpath canonicalize_file_name readlink readlinkat',
  directories:
    'opendir fdopendir readdir readdir_r scandir scandirat rewinddir seekdir telldir closedir dirfd getdents64 ftw nftw fts_open fts_read fts_children fts_set fts_close glob',
  libraries: 'dlopen dlmopen dlerror',
  programs:
    'execl execle execlp execv execve execveat execvp execvpe fexecve posix_spawn posix_spawnp system popen',
  changes:
    'mkdir mkdirat rmdir unlink unlinkat remove rename renameat renameat2 link linkat symlink symlinkat mknod mknodat mkfifo mkfifoat chmod fchmod fchmodat lchmod chown fchown fchownat lchown utime utimes lutimes futimes futimesat futimens utimensat truncate mkstemp mkostemp mkstemps mkostemps mkdtemp chdir fchdir chroot',
  attributes:
    'getxattr lgetxattr listxattr llistxattr setxattr lsetxattr removexattr lremovexattr inotify_add_watch',
};

/** The names under which this libc has a call: 64-bit, fortified, internal, and with the version of older headers. */
function twinsOf(name: string): string[] {
  const bases = [name, `${name}64`, name.replace(/_r$/, '64_r'), name.replace(/^fts_/, 'fts64_')];
  const fortified = bases.flatMap((base) => [`__${base}_2`, `__${base}_chk`]);
  const versioned = bases.flatMap((base) => [`__x${base}`, base.replace(/^(.)/, '__$1x')]);
  return [...bases, ...bases.map((base) => `__${base}`), ...fortified, ...versioned];
}

suite('the stub exports', () => {
  for (const [family, names] of Object.entries(families))
    test(`the calls of the family "${family}", with all names that libc has for them`, () => {
      const wanted = new Set(names.split(' ').flatMap(twinsOf));
      const missing = [...wanted].filter((name) => libc.has(name) && !exported.has(name));
      assert.deepEqual(missing, []);
      for (const name of names.split(' ')) assert.ok(exported.has(name), name);
    });

  test('all that runtime/src/directory/exports.txt lists', () => {
    const listed = readFileSync('runtime/src/directory/exports.txt', 'utf8').trim().split('\n');
    assert.deepEqual(
      listed.filter((name) => !exported.has(name)),
      [],
    );
    const others = [...exported].filter((name) => !/^_?Py/.test(name) && !listed.includes(name));
    // The linker's own marks.
    assert.deepEqual(
      others.filter((name) => name !== '' && !/^(_init|_fini|__bss_start|_edata|_end)$/.test(name)),
      [],
    );
  });
});
