// Where the scripts of Tcl and Tk go: into the tree of a program that has tkinter, or beside it.
import type { PythonExecutableValue } from '../config/resolved-target.ts';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { PackedResource } from '../executable/resource-layer.ts';
import type { Resource } from '../python/resource.ts';
import type { TclLibrary } from '../python/tcl-library.ts';
import type { LayerPlan, PlacedResource } from './additions.ts';
import type { ResourceSets } from './resource-sets.ts';

/** The folder of the tree that has them: where Tcl itself looks from `<exe>/bin/python3`. */
const packedFolder = 'lib';

export type TclFiles = {
  readonly layer: LayerPlan | undefined;
  readonly beside: readonly PlacedResource[];
  /** For the interpreter's configuration: a folder of the tree, or one that begins with "$ORIGIN". */
  readonly library: string | undefined;
};

const none: TclFiles = { layer: undefined, beside: [], library: undefined };

/** `resources` is all that goes in or beside the program. Throws when `tcl_files_path` asks for files that there are not. */
export async function placeTclFiles(
  context: Context,
  sets: ResourceSets,
  value: PythonExecutableValue,
  resources: readonly PackedResource[],
): Promise<TclFiles> {
  const { tclFilesPath: prefix } = value;
  // In a static Python of an archive the module is built in: what uses it tells that it is wanted.
  const isBuiltIn = sets.distribution(value.distribution).tclFolders !== undefined;
  const isWanted = resources.some(
    ({ resource: { what } }) =>
      (what.kind === 'extension-module' && what.name === '_tkinter') ||
      (isBuiltIn && what.kind === 'module-source' && what.name === 'tkinter'),
  );
  if (!isWanted && prefix === undefined) return none;
  const tcl = await sets.tclLibrary(context, value.distribution);
  if (tcl === undefined) {
    if (prefix === undefined) return none;
    throw inputFailure(`Cannot put the files of Tcl into "${prefix}": this Python has no Tcl`, {
      hint: 'install Tcl and Tk, or leave tcl_files_path out',
    });
  }
  if (prefix !== undefined)
    return {
      layer: undefined,
      beside: tcl.resources.map((resource) => ({ ...asItIs(resource), prefix })),
      library: ['$ORIGIN', prefix, tcl.name].filter((part) => part !== '').join('/'),
    };
  return {
    layer: { subject: 'Tcl and Tk', volatile: false, packed: inTree(tcl), follows: true },
    beside: [],
    library: `${packedFolder}/${tcl.name}`,
  };
}

/** One list for each library that a daemon knows: its digest is worth remembering. */
const packedLists = new WeakMap<TclLibrary, readonly PackedResource[]>();

function inTree(tcl: TclLibrary): readonly PackedResource[] {
  const known = packedLists.get(tcl);
  if (known !== undefined) return known;
  const packed = tcl.resources.map((resource) =>
    asItIs({ ...resource, path: `${packedFolder}/${resource.path}` }),
  );
  packedLists.set(tcl, packed);
  return packed;
}

const asItIs = (resource: Resource): PackedResource => ({ resource, source: true, levels: [] });
