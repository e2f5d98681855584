// What a program did to the disk, from strace's records of it.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

type File = { readonly path: string; readonly writes: boolean };

/** Calls that open or change files. The rest of %file only asks. */
const calls =
  'open,openat,openat2,creat,mkdir,mkdirat,unlink,unlinkat,rename,renameat,renameat2,rmdir,symlink,symlinkat,link,linkat,mknod,mknodat,truncate,chmod,fchmodat,execve';

/** The command that starts a program so that `foreignFiles` can be asked afterwards. One record a process in `folder`. */
export function tracing(folder: string): readonly string[] {
  const record = join(folder, 'trace');
  return [
    'strace',
    '-f',
    '-ff',
    '--seccomp-bpf',
    '-y',
    '-s',
    '4096',
    '-e',
    `trace=${calls}`,
    '-e',
    'signal=none',
    '-o',
    record,
  ];
}

/** Belong to every machine with this C library: the loader's libraries, time zones, locales, terminals, devices. */
const systemFolders = [
  '/proc',
  '/sys',
  '/dev',
  '/etc',
  '/lib',
  '/lib64',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/locale',
  '/usr/lib/ssl',
  '/usr/share/zoneinfo',
  '/usr/share/locale',
  '/usr/share/fonts',
  '/usr/share/terminfo',
  '/usr/share/mime',
];
const mayWrite = ['/dev', '/proc/self'];

/**
 * Files that the program opened or changed and that are neither the system's nor the executable itself nor below `own`
 * (the folder for temporary files) nor below what it `mayRead`: none, when all that it needs is packed.
 */
export function foreignFiles(folder: string, own: string, mayRead: readonly string[]): readonly string[] {
  const pid = (name: string): number => Number(name.slice('trace.'.length));
  const records = readdirSync(folder)
    .filter((name) => name.startsWith('trace.'))
    .toSorted((one, other) => pid(one) - pid(other))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const [, executable] = /^execve\("([^"]*)"/.exec(records[0] ?? '') ?? [];
  if (executable === undefined) throw new Error(`strace left no record in ${folder}`);
  // Python looks into the current directory for modules.
  const readable = [own, executable, join(dirname(executable), 'empty'), ...mayRead, ...systemFolders];
  const found = new Set<string>();
  for (const { path, writes } of records.flatMap(filesOf)) {
    const allowed = writes ? [own, ...mayWrite] : readable;
    if (!allowed.some((root) => path === root || path.startsWith(`${root}/`)))
      found.add(`${writes ? 'writes' : 'reads'} ${path}`);
  }
  return [...found].toSorted();
}

/** All that one process touched. Calls without a folder start at the current one, which each `AT_FDCWD` names. */
function filesOf(record: string): File[] {
  let current = '/';
  return record.split('\n').flatMap((line) => {
    current = /AT_FDCWD<([^>]*)>/.exec(line)?.[1] ?? current;
    return filesOfCall(line, current);
  });
}

/** `openat(AT_FDCWD</cwd>, "data/x", O_RDONLY) = 3</cwd/data/x>`: calls that failed touched nothing. */
function filesOfCall(line: string, current: string): File[] {
  const call = /^(\w+)\((.*)\)\s+= \d+/.exec(line);
  if (call === null) return [];
  const [, name = '', args = ''] = call;
  const isOpen = name.startsWith('open') || name === 'execve';
  const writes = isOpen ? /O_WRONLY|O_RDWR|O_CREAT/.test(args) : true;
  const paths = [...args.matchAll(/(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"/g)];
  // Further texts are a program's arguments, or what a link says.
  const used = name === 'execve' ? paths.slice(0, 1) : name.startsWith('symlink') ? paths.slice(-1) : paths;
  return used.map(([, folder = current, path = '']) => ({ path: resolve(folder, path), writes }));
}
