// The scripts of Tcl and Tk that a distribution's _tkinter reads when it starts: without them there is no tkinter.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import type { ResultType } from '../../cache/cache.ts';
import type { Context } from '../context.ts';
import { childEnvironment } from './child-environment.ts';
import type { Distribution } from './distribution.ts';
import type { Resource } from './resource.ts';
import { scanTree } from './scan.ts';
import { isAsScanned } from './standard-library.ts';

export type TclLibrary = {
  /** Name of the folder that `info library` is to name, such as "tcl8.6". */
  readonly name: string;
  /** At `tcl8.6/…`, `tk8.6/…`: Tcl finds Tk beside itself. */
  readonly resources: readonly Resource[];
};

type TclKey = {
  readonly distribution: string;
  readonly script: string; // another question is another answer
};

const tclLibraries: ResultType<TclKey, TclLibrary> = { kind: 'scan', version: 1 };

const script = readFileSync(new URL('./tcl-probe.py', import.meta.url), 'utf8');
/** An answer takes 60 ms; one that does not come by then hangs. */
const probeTimeoutMs = 20_000;

/** The script libraries, or undefined where this Python has none or keeps them inside of its libraries, as Tcl 9 may. */
export async function tclLibrary(
  context: Context,
  distribution: Distribution,
): Promise<TclLibrary | undefined> {
  const key: TclKey = { distribution: distribution.id, script };
  const known = context.cache.get(tclLibraries, key);
  if (known?.resources.every(({ content }) => isAsScanned(context, content)) === true) return known;
  const folders = distribution.tclFolders ?? (await askForFolders(context, distribution));
  const library = folders.find((folder) => existsSync(join(folder, 'init.tcl')));
  if (library === undefined) return undefined;
  const resources: Resource[] = [];
  for (const folder of folders) resources.push(...(await filesOf(context, folder)));
  resources.push(...packageOfTk(context, folders, resources));
  const found: TclLibrary = { name: basename(library), resources };
  context.cache.put(tclLibraries, key, found);
  return found;
}

async function filesOf(context: Context, folder: string): Promise<Resource[]> {
  // Known by the distribution, as its standard library is: no build looks at them one by one.
  const untraced: Context = { ...context, trace: { file() {}, directory() {}, variable() {} } };
  const files = await scanTree(untraced, folder, { keep: (path) => !/\.(c|h|a)$/.test(path) });
  return files.map((file) => ({
    ...file,
    path: join(basename(folder), file.path).replace(debianModules, 'tcl8/8.6/'),
    what: { kind: 'file' },
  }));
}

/** Debian keeps Tcl modules in the library, whose path is written into its tm.tcl: elsewhere they are found beside it. */
const debianModules = /^tcl8\.\d+\/tcl8\//;

/** What makes `package require Tk` work: Debian has it apart, with the path of its own libtk. */
function packageOfTk(
  context: Context,
  folders: readonly string[],
  resources: readonly Resource[],
): Resource[] {
  const folder = folders.find((path) => existsSync(join(path, 'tk.tcl')));
  if (folder === undefined) return [];
  const path = `${basename(folder)}/pkgIndex.tcl`;
  const version = /^package require -exact Tk\s+([\d.]+)/m.exec(readFileSync(join(folder, 'tk.tcl'), 'utf8'));
  if (version === null || resources.some((resource) => resource.path === path)) return [];
  const library = `[file join [file dirname [file dirname [info nameofexecutable]]] lib lib${basename(folder)}.so]`;
  const bytes = Buffer.from(`package ifneeded Tk ${version[1]} [list load ${library} Tk]\n`);
  const content = { at: 'blob', sha256: context.cache.blobs.put(bytes), size: bytes.length } as const;
  return [{ path, content, executable: false, what: { kind: 'file' }, isStdlib: false, isTest: false }];
}

type Answer = {
  readonly library: string;
  readonly tkVersion: string;
  readonly places: readonly string[];
};

/** Asks the Python itself: only its libtcl knows which folder it was built for. */
async function askForFolders(context: Context, { executable }: Distribution): Promise<string[]> {
  const run = await execa(executable, ['-I', '-S', '-c', script], {
    reject: false,
    stdin: 'ignore',
    env: childEnvironment(context),
    extendEnv: false,
    timeout: probeTimeoutMs,
    cancelSignal: context.signal,
    killDescendants: true,
  });
  context.signal.throwIfAborted();
  if (run.failed) {
    context.log.warn({ executable, stderr: run.stderr }, 'tkinter does not start: no Tcl to pack');
    return [];
  }
  const { library, tkVersion, places } = JSON.parse(run.stdout ?? '') as Answer;
  const beside = dirname(library);
  const tk = [beside, ...places]
    .map((place) => join(place, `tk${tkVersion}`))
    .find((folder) => existsSync(join(folder, 'tk.tcl')));
  // Tcl modules (`tcl8/8.5/msgcat-1.6.1.tm`) are beside its library or inside of it.
  return [library, ...(tk === undefined ? [] : [tk]), join(beside, 'tcl8')].filter(isFolder);
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
