// The index of a layer: nodes, modules, their hash tables and the strings, which come before the data.
import { pageBytes } from './elf.ts';
import type { LayerFile, LayerModule } from './layer.ts';

/** A file as it lies in the layer. */
export type StoredFile = {
  /** From the start of the layer. */
  readonly offset: number;
  /** Bytes that it takes there. */
  readonly length: number;
  /** When unpacked. */
  readonly size: number;
  readonly crc: number;
  readonly zstd: boolean;
};

type Node = { readonly path: string; readonly bytes: Buffer; readonly nameAt: number } & (
  | { readonly kind: 'file'; readonly file: LayerFile }
  | { readonly kind: 'directory'; readonly children: Map<string, Node> }
);
type Directory = Extract<Node, { kind: 'directory' }>;

/** Files and modules in the order in which they are stored, with the sizes of all parts of the index. */
export type LayerTree = {
  /** In node order: a directory's files are neighbours, so that starting a program reads few pages. */
  readonly files: readonly LayerFile[];
  readonly nodes: readonly Node[];
  readonly modules: readonly { readonly module: LayerModule; readonly name: Buffer }[];
  /** Length of the index: where the data begins. */
  readonly dataOffset: number;
};

const magic = Buffer.from('OXDLAYR\x01', 'latin1');
const headerBytes = 96;
const nodeBytes = 48;
const moduleBytes = 32;
/** Files begin on a multiple of this, so that readers may look at them as words. */
const alignment = 8;
/** A u16 holds a path's length; the kernel's own limit is 4096. */
const pathBytesMax = 65_535;

/** Native libraries begin on a page when they are at least this large: the runtime maps their code from the executable. */
const mappedBytesMin = 256 * 1024;
const elfMagic = Buffer.from('\x7fELF', 'latin1');

const roundedUp = (offset: number, to: number): number => Math.ceil(offset / to) * to;
export const aligned = (offset: number): number => roundedUp(offset, alignment);

/** The first place from `offset` on where these stored bytes may begin. */
export function placeFor(bytes: Uint8Array, offset: number): number {
  const isMapped = bytes.length >= mappedBytesMin && elfMagic.equals(bytes.subarray(0, elfMagic.length));
  return roundedUp(offset, isMapped ? pageBytes : alignment);
}

/** FNV-1a, 32 bits. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** A power of two, at least twice the entries: short probes. */
function bucketsFor(entries: number): number {
  let buckets = 2;
  while (buckets < entries * 2) buckets *= 2;
  return buckets;
}

/** The nodes and modules of a layer in their order; where the bytes of files lie is not known yet. */
export function layerTree(files: readonly LayerFile[], modules: readonly LayerModule[]): LayerTree {
  const root = directory('', 0);
  for (const file of files) addFile(root, file);
  const nodes = breadthFirst(root);
  const named = importable(modules).map((module) => ({ module, name: Buffer.from(module.name) }));
  named.sort((a, b) => Buffer.compare(a.name, b.name));
  const stringBytes = [...nodes, ...named.map(({ name }) => ({ bytes: name }))].reduce(
    (sum, { bytes }) => sum + bytes.length,
    0,
  );
  const tree = {
    files: nodes.flatMap((node) => (node.kind === 'file' ? [node.file] : [])),
    nodes,
    modules: named,
  };
  return { ...tree, dataOffset: aligned(partsOf(tree).strings + stringBytes) };
}

/** One module a name. Compiled packages ship library and source: importlib takes the library, and so do we. */
function importable(modules: readonly LayerModule[]): LayerModule[] {
  const found = new Map<string, LayerModule>();
  for (const module of modules) {
    const other = found.get(module.name);
    if (other !== undefined && other.has.kind === module.has.kind)
      throw new Error(`module "${module.name}" is packed twice`);
    if (other?.has.kind !== 'extension') found.set(module.name, module);
  }
  return [...found.values()];
}

const directory = (path: string, nameAt: number): Directory => ({
  kind: 'directory',
  path,
  bytes: Buffer.from(path),
  nameAt,
  children: new Map(),
});

function addFile(root: Directory, file: LayerFile): void {
  const names = file.path.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..'))
    throw new Error(`not a path within the tree: "${file.path}"`);
  let at = root;
  let prefix = '';
  for (const name of names.slice(0, -1)) {
    const nameAt = prefix.length;
    prefix += name;
    let next = at.children.get(name);
    if (next === undefined) {
      next = directory(prefix, Buffer.byteLength(prefix.slice(0, nameAt)));
      at.children.set(name, next);
    }
    if (next.kind === 'file') throw new Error(`"${prefix}" is both a file and a directory`);
    at = next;
    prefix += '/';
  }
  const name = names.at(-1) ?? '';
  if (at.children.has(name)) throw new Error(`"${file.path}" is packed twice`);
  const bytes = Buffer.from(file.path);
  if (bytes.length > pathBytesMax) throw new Error(`a path of ${bytes.length} bytes is too long`);
  at.children.set(name, { kind: 'file', path: file.path, bytes, nameAt: Buffer.byteLength(prefix), file });
}

/** The root first; each directory's children are contiguous and sorted by the bytes of their names. */
function breadthFirst(root: Directory): Node[] {
  const nodes: Node[] = [root];
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index];
    if (node?.kind !== 'directory') continue;
    const children = [...node.children.values()].toSorted((a, b) => Buffer.compare(a.bytes, b.bytes));
    for (const child of children) nodes.push(child);
  }
  return nodes;
}

function partsOf({ nodes, modules }: Pick<LayerTree, 'nodes' | 'modules'>) {
  const pathBuckets = bucketsFor(nodes.length);
  const moduleBuckets = bucketsFor(modules.length);
  const pathTable = headerBytes + nodes.length * nodeBytes;
  const moduleAt = aligned(pathTable + pathBuckets * 4);
  const moduleTable = moduleAt + modules.length * moduleBytes;
  return {
    pathBuckets,
    moduleBuckets,
    nodes: headerBytes,
    pathTable,
    modules: moduleAt,
    moduleTable,
    strings: aligned(moduleTable + moduleBuckets * 4),
  };
}

/** The bytes before the data. `stored` is aligned with `tree.files`; `end` is the length of the layer. */
export function layerIndex(tree: LayerTree, stored: readonly StoredFile[], end: number): Buffer {
  const parts = partsOf(tree);
  const index = Buffer.alloc(tree.dataOffset);
  const indexOf = new Map(tree.nodes.map((node, at) => [node.path, at]));
  let stringsEnd = parts.strings;
  const addString = (bytes: Buffer): number => {
    bytes.copy(index, stringsEnd);
    stringsEnd += bytes.length;
    return stringsEnd - bytes.length - parts.strings;
  };

  let nextFile = 0;
  let nextChild = 1;
  for (const [at, node] of tree.nodes.entries()) {
    const offset = parts.nodes + at * nodeBytes;
    const hash = hashOf(node.bytes);
    index.writeUInt32LE(addString(node.bytes), offset);
    index.writeUInt16LE(node.bytes.length, offset + 4);
    index.writeUInt32LE(hash, offset + 36);
    index.writeUInt16LE(node.nameAt, offset + 40);
    if (node.kind === 'file') {
      const file = stored[nextFile++];
      if (file === undefined) throw new Error('fewer files stored than listed');
      index[offset + 6] = 1;
      index[offset + 7] = (node.file.executable ? 1 : 0) | (file.zstd ? 2 : 0);
      writeUInt64(index, file.offset, offset + 8);
      writeUInt64(index, file.length, offset + 16);
      writeUInt64(index, file.size, offset + 24);
      index.writeUInt32LE(file.crc, offset + 32);
    } else {
      index[offset + 6] = 2;
      writeUInt64(index, nextChild, offset + 8);
      writeUInt64(index, node.children.size, offset + 16);
      nextChild += node.children.size;
    }
    addToTable(index, parts.pathTable, parts.pathBuckets, hash, at);
  }

  const nodeOf = (path: string | undefined): number => {
    if (path === undefined) return 0;
    const at = indexOf.get(path);
    if (at === undefined) throw new Error(`a module refers to "${path}", which is not in its layer`);
    return at + 1;
  };
  for (const [at, { module, name }] of tree.modules.entries()) {
    const offset = parts.modules + at * moduleBytes;
    const hash = hashOf(name);
    const { has } = module;
    index.writeUInt32LE(addString(name), offset);
    index.writeUInt16LE(name.length, offset + 4);
    index[offset + 6] = has.kind === 'python' ? 1 : 2;
    index[offset + 7] = module.isPackage || isPackageLibrary(module) ? 1 : 0;
    index.writeUInt32LE(nodeOf(has.kind === 'python' ? has.source : has.library), offset + 8);
    if (has.kind === 'python')
      for (const level of [0, 1, 2])
        index.writeUInt32LE(nodeOf(has.bytecode?.[level]), offset + 12 + level * 4);
    index.writeUInt32LE(hash, offset + 24);
    addToTable(index, parts.moduleTable, parts.moduleBuckets, hash, at);
  }

  magic.copy(index);
  index.writeUInt32LE(tree.nodes.length, 8);
  index.writeUInt32LE(tree.modules.length, 12);
  index.writeUInt32LE(parts.pathBuckets, 16);
  index.writeUInt32LE(parts.moduleBuckets, 20);
  const offsets = [parts.nodes, parts.pathTable, parts.modules, parts.moduleTable];
  for (const [at, offset] of offsets.entries()) writeUInt64(index, offset, 24 + at * 8);
  writeUInt64(index, parts.strings, 56);
  writeUInt64(index, stringsEnd - parts.strings, 64);
  writeUInt64(index, tree.dataOffset, 72);
  writeUInt64(index, end - tree.dataOffset, 80);
  return index;
}

/** Compilers of whole packages (mypyc) write `pkg/__init__.cpython-311-x86_64-linux-gnu.so`. */
const isPackageLibrary = ({ has }: LayerModule): boolean =>
  has.kind === 'extension' && /(^|\/)__init__\.[^/]*$/.test(has.library);

function addToTable(index: Buffer, table: number, buckets: number, hash: number, entry: number): void {
  let slot = hash & (buckets - 1);
  while (index.readUInt32LE(table + slot * 4) !== 0) slot = (slot + 1) & (buckets - 1);
  index.writeUInt32LE(entry + 1, table + slot * 4);
}

const writeUInt64 = (buffer: Buffer, value: number, offset: number): void => {
  buffer.writeBigUInt64LE(BigInt(value), offset);
};
