// Makes marshalled code canonical: equal code gives equal bytes, whatever the compiling process did before.
//
// CPython's marshal marks an object as "may be referred to" when its reference count happens to be above one, and
// refers to objects by identity; both depend on what else lives in the process (a string that some module interned).
// Here equal constants become one, and only what is used twice is marked. The result is what `marshal.loads` reads,
// somewhat smaller. Format: Python/marshal.c of CPython 3.10 to 3.13 (version 4 of the format).

/** In the stream, on the type byte: the object gets the next number, for later references. */
const flagRef = 0x80;

const code = (character: string): number => character.charCodeAt(0);
const tag = {
  reference: code('r'),
  smallTuple: code(')'),
  tuple: code('('),
  list: code('['),
  set: code('<'),
  frozenSet: code('>'),
  codeObject: code('c'),
  slice: code(':'),
} as const;

/** A reference takes five bytes; shorter things are written again instead. */
const referenceLength = 5;

type Leaf = {
  readonly kind: 'leaf';
  readonly tag: number;
  /** The bytes after the type byte. */
  readonly start: number;
  readonly end: number;
  uses: number;
  number: number;
};
type Group = {
  readonly kind: 'group';
  readonly tag: number;
  readonly children: readonly Node[];
  uses: number;
  number: number;
};
/** A code object: its numbers stay as they are, between the objects that it holds. */
type CodeObject = {
  readonly kind: 'code';
  /** Byte ranges and objects in the order of the stream. */
  readonly parts: readonly (
    | Node
    | { readonly kind: 'bytes'; readonly start: number; readonly end: number }
  )[];
  uses: number;
  number: number;
};
type Node = Leaf | Group | CodeObject;

/** Fields of a code object: how many 32-bit numbers come first, then objects, a number (the line), objects. */
type CodeLayout = {
  readonly numbers: number;
  readonly objects: number;
  readonly objectsAfterLine: number;
};
const codeLayout = (minor: number): CodeLayout =>
  minor >= 11
    ? { numbers: 5, objects: 8, objectsAfterLine: 2 } // + localspluskinds, qualname and exceptiontable
    : { numbers: 6, objects: 8, objectsAfterLine: 1 };

/** Deeper nesting than marshal itself reads is damage. */
const depthMax = 2_000;

/** The canonical form of one marshalled object, as written by CPython 3.`minor`. Throws RangeError when it is damaged. */
export function canonicalMarshal(bytes: Buffer, minor: number): Buffer {
  const reader = new Reader(bytes, codeLayout(minor));
  const root = reader.object(0);
  if (reader.position !== bytes.length) throw new RangeError('marshalled data goes on after its end');
  root.uses += 1;
  return new Writer(bytes).write(root);
}

class Reader {
  readonly #bytes: Buffer;
  readonly #layout: CodeLayout;
  readonly #references: (Node | undefined)[] = [];
  readonly #leaves = new Map<string, Leaf>();
  readonly #groups = new Map<string, Group>();
  /** Identifies nodes in the keys of groups. */
  readonly #ids = new Map<Node, number>();
  position = 0;

  constructor(bytes: Buffer, layout: CodeLayout) {
    this.#bytes = bytes;
    this.#layout = layout;
  }

  object(depth: number): Node {
    if (depth > depthMax) throw new RangeError('marshalled data is nested too deeply');
    const byte = this.#bytes.readUInt8(this.position++);
    const type = byte & ~flagRef;
    if (type === tag.reference) {
      const node = this.#references[this.#length()];
      if (node === undefined) throw new RangeError('marshalled data refers to what is not there');
      return node;
    }
    // Numbers are given before an object's parts are read, so the place is taken first.
    const slot = (byte & flagRef) === 0 ? undefined : this.#references.push(undefined) - 1;
    const node = this.#body(type, depth);
    if (slot !== undefined) this.#references[slot] = node;
    return node;
  }

  #body(type: number, depth: number): Node {
    switch (type) {
      case tag.smallTuple:
        return this.#group(tag.tuple, this.#bytes.readUInt8(this.position++), depth);
      case tag.tuple:
      case tag.list:
      case tag.set:
      case tag.frozenSet:
        return this.#group(type, this.#length(), depth);
      case tag.slice:
        return this.#group(type, 3, depth);
      case tag.codeObject:
        return this.#code(depth);
      default:
        return this.#leaf(type);
    }
  }

  #length(): number {
    this.position += 4;
    return this.#bytes.readInt32LE(this.position - 4);
  }

  #leaf(type: number): Leaf {
    const start = this.position;
    const end = start + this.#leafLength(type, start);
    if (end > this.#bytes.length) throw new RangeError('marshalled data ends early');
    this.position = end;
    const canonicalType = this.#stringType(type, start, end);
    const key = String.fromCharCode(canonicalType) + this.#bytes.toString('latin1', start, end);
    let leaf = this.#leaves.get(key);
    if (leaf === undefined) {
      leaf = { kind: 'leaf', tag: canonicalType, start, end, uses: 0, number: -1 };
      this.#leaves.set(key, leaf);
    }
    return leaf;
  }

  /** How many bytes follow the type byte of an object without parts. */
  #leafLength(type: number, start: number): number {
    switch (String.fromCharCode(type)) {
      case '0': // NULL
      case 'N': // None
      case 'F':
      case 'T':
      case 'S': // StopIteration
      case '.': // Ellipsis
        return 0;
      case 'i':
        return 4;
      case 'I':
      case 'g': // float
        return 8;
      case 'y': // complex
        return 16;
      case 'l': // digits of 15 bits; the sign of their number is the integer's
        return 4 + 2 * Math.abs(this.#bytes.readInt32LE(start));
      case 's': // bytes
      case 't': // str, interned
      case 'u': // str
      case 'a': // ASCII str
      case 'A': // ASCII str, interned
        return 4 + this.#bytes.readInt32LE(start);
      case 'z': // short ASCII str
      case 'Z': // short ASCII str, interned
        return 1 + this.#bytes.readUInt8(start);
      default:
        throw new RangeError(`marshalled data holds an object of unknown type ${type}`);
    }
  }

  /**
   * Strings of one character are one object in the whole process, interned as soon as anybody interned it. Names are
   * interned by the reader anyway, so for these the text alone decides.
   */
  #stringType(type: number, start: number, end: number): number {
    const character = String.fromCharCode(type);
    if (character === 'z' || character === 'Z') {
      if (end - start > 2) return type;
      const isName = end - start === 2 && /\w/.test(this.#bytes.toString('latin1', start + 1, end));
      return code(isName ? 'Z' : 'z');
    }
    return character === 't' && end - start - 4 <= 2 ? code('u') : type;
  }

  #group(type: number, length: number, depth: number): Node {
    const children: Node[] = [];
    for (let index = 0; index < length; index += 1) children.push(this.object(depth + 1));
    if (type === tag.set || type === tag.frozenSet)
      children.sort((a, b) => (this.#content(a) < this.#content(b) ? -1 : 1));
    const key = `${type} ${children.map((child) => this.#id(child)).join(' ')}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      for (const child of children) child.uses += 1;
      group = { kind: 'group', tag: type, children, uses: 0, number: -1 };
      this.#groups.set(key, group);
    }
    return group;
  }

  #id(node: Node): number {
    let id = this.#ids.get(node);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(node, id);
    }
    return id;
  }

  /** What a member of a set is, without regard to where else it is used. Sets of constants hold no code. */
  #content(node: Node): string {
    if (node.kind === 'code') throw new RangeError('marshalled data holds code in a set');
    const type = String.fromCharCode(node.tag);
    if (node.kind === 'leaf') return type + this.#bytes.toString('latin1', node.start, node.end);
    return type + node.children.map((child) => this.#content(child)).join('');
  }

  /** Code objects stay as many as they are: two equal functions are two functions. */
  #code(depth: number): CodeObject {
    const { numbers, objects, objectsAfterLine } = this.#layout;
    const parts: CodeObject['parts'][number][] = [this.#range(4 * numbers)];
    const read = (count: number): void => {
      for (let index = 0; index < count; index += 1) {
        const child = this.object(depth + 1);
        child.uses += 1;
        parts.push(child);
      }
    };
    read(objects);
    parts.push(this.#range(4));
    read(objectsAfterLine);
    return { kind: 'code', parts, uses: 0, number: -1 };
  }

  #range(length: number): { kind: 'bytes'; start: number; end: number } {
    const start = this.position;
    this.position += length;
    if (this.position > this.#bytes.length) throw new RangeError('marshalled data ends early');
    return { kind: 'bytes', start, end: this.position };
  }
}

class Writer {
  readonly #source: Buffer;
  #target: Buffer;
  #length = 0;
  #numbers = 0;

  constructor(source: Buffer) {
    this.#source = source;
    this.#target = Buffer.allocUnsafe(source.length + 64);
  }

  write(root: Node): Buffer {
    this.#object(root);
    return this.#target.subarray(0, this.#length);
  }

  #object(node: Node): void {
    if (node.number >= 0) {
      this.#room(referenceLength);
      this.#target[this.#length] = tag.reference;
      this.#target.writeUInt32LE(node.number, this.#length + 1);
      this.#length += referenceLength;
      return;
    }
    const flag = node.uses > 1 && isWorthReferring(node) ? flagRef : 0;
    if (flag !== 0) node.number = this.#numbers++;
    switch (node.kind) {
      case 'leaf':
        this.#byte(node.tag | flag);
        return this.#copy(node.start, node.end);
      case 'group':
        this.#head(node.tag, flag, node.children.length);
        for (const child of node.children) this.#object(child);
        return;
      case 'code':
        this.#byte(tag.codeObject | flag);
        for (const part of node.parts)
          if (part.kind === 'bytes') this.#copy(part.start, part.end);
          else this.#object(part);
    }
  }

  #head(type: number, flag: number, length: number): void {
    if (type === tag.slice) return this.#byte(type | flag);
    if (type === tag.tuple && length < 256) {
      this.#byte(tag.smallTuple | flag);
      return this.#byte(length);
    }
    this.#byte(type | flag);
    this.#room(4);
    this.#length = this.#target.writeInt32LE(length, this.#length);
  }

  #byte(value: number): void {
    this.#room(1);
    this.#target[this.#length++] = value;
  }

  #copy(start: number, end: number): void {
    this.#room(end - start);
    this.#source.copy(this.#target, this.#length, start, end);
    this.#length += end - start;
  }

  #room(length: number): void {
    if (this.#length + length <= this.#target.length) return;
    const larger = Buffer.allocUnsafe(2 * this.#target.length + length);
    this.#target.copy(larger, 0, 0, this.#length);
    this.#target = larger;
  }
}

function isWorthReferring(node: Node): boolean {
  if (node.kind === 'leaf') return node.end - node.start + 1 > referenceLength;
  return node.kind === 'code' || node.children.length > 0;
}
