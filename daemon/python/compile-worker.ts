// A warm Python that compiles modules: starting one costs more than compiling most modules does.
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Context } from '../context.ts';
import { bytecodeArguments, childEnvironment } from './child-environment.ts';
import type { Distribution } from './distribution.ts';

export type CompileRequest = {
  /** Name in tracebacks. */
  readonly path: string;
  readonly level: 0 | 1 | 2;
  /** A file that the process reads itself, or the source. */
  readonly source: { readonly file: string } | { readonly bytes: Buffer };
};

export type SyntaxProblem = {
  readonly message: string;
  readonly line?: number | null;
  readonly column?: number | null;
  readonly endLine?: number | null;
  readonly endColumn?: number | null;
  readonly text?: string | null;
};

/** `sha256` is that of the source as it was read; empty when it could not be. */
export type CompileAnswer = { readonly sha256: string } & (
  | { readonly error: SyntaxProblem }
  | { readonly hash: string; readonly marshal: Buffer }
);

/** The process ended while it had work: it was killed, or the source crashed it. */
export class WorkerGone extends Error {}

const script = fileURLToPath(new URL('./compile-worker.py', import.meta.url));
/** Two numbers before each header. */
const headLength = 8;
/** Marshalled code of the largest modules known is 3 MB; more is a broken process. */
const frameMax = 512 * 1024 * 1024;
/** Time for a process whose input ended; it only has to return from a read. */
const endGraceMs = 2_000;

type Pending = {
  readonly resolve: (answer: CompileAnswer) => void;
  readonly reject: (error: WorkerGone) => void;
};

export class CompileWorker {
  readonly #python;
  readonly #pending = new Map<number, Pending>();
  readonly #idleMs: number;
  readonly #ended: Promise<void>;
  //  working --idle for idleMs, or close()--> ended          working --process ends--> ended
  #state: 'working' | 'ended' = 'working';
  #nextId = 0;
  #idle: NodeJS.Timeout | undefined;
  #chunks: Buffer[] = [];
  #received = 0;
  #needed = headLength;

  /** Starts the Python of `distribution`; it lives on for `idleMs` after its last request. */
  constructor(context: Context, distribution: Distribution, idleMs: number) {
    this.#idleMs = idleMs;
    // No -I: it would ignore the fixed hash seed, on which the order of some constants depends. The environment is ours.
    this.#python = execa(
      distribution.executable,
      ['-S', '-s', ...bytecodeArguments(context, distribution), script],
      {
        env: childEnvironment(context, { PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '' }),
        extendEnv: false,
        stdin: 'pipe',
        stdout: 'pipe',
        stderr: 'pipe',
        buffer: false,
        encoding: 'buffer',
        reject: false,
        forceKillAfterDelay: endGraceMs,
      },
    );
    this.#python.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#python.stderr.resume();
    this.#python.stdin.on('error', () => {}); // a process that ended says so by its exit
    this.#ended = this.#python.then(() => this.#end());
  }

  get ended(): boolean {
    return this.#state === 'ended';
  }

  /** Requests without an answer yet. */
  get load(): number {
    return this.#pending.size;
  }

  compile(request: CompileRequest): Promise<CompileAnswer> {
    if (this.#state === 'ended') return Promise.reject(new WorkerGone());
    clearTimeout(this.#idle);
    const id = this.#nextId++;
    const { path, level, source } = request;
    const body = 'bytes' in source ? source.bytes : Buffer.alloc(0);
    const header = Buffer.from(
      JSON.stringify({ id, path, level, ...('file' in source ? { file: source.file } : {}) }),
    );
    const head = Buffer.alloc(headLength);
    head.writeUInt32LE(header.length, 0);
    head.writeUInt32LE(body.length, 4);
    this.#python.stdin.write(Buffer.concat([head, header, body]));
    const { promise, resolve, reject } = Promise.withResolvers<CompileAnswer>();
    this.#pending.set(id, { resolve, reject });
    return promise;
  }

  /** Ends the process and waits until it is gone. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    this.#python.kill();
    await this.#ended;
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    if (this.#received < this.#needed) return;
    let bytes = Buffer.concat(this.#chunks);
    this.#needed = headLength;
    while (bytes.length >= this.#needed) {
      const header = bytes.readUInt32LE(0);
      const length = headLength + header + bytes.readUInt32LE(4);
      if (length > frameMax) {
        this.#python.kill();
        return;
      }
      if (bytes.length < length) {
        this.#needed = length;
        break;
      }
      this.#answer(
        JSON.parse(bytes.toString('utf8', headLength, headLength + header)) as { id: number } & CompileAnswer,
        bytes.subarray(headLength + header, length),
      );
      bytes = bytes.subarray(length);
      this.#needed = headLength;
    }
    this.#chunks = [bytes];
    this.#received = bytes.length;
  }

  #answer(header: { readonly id: number } & CompileAnswer, body: Buffer): void {
    const pending = this.#pending.get(header.id);
    this.#pending.delete(header.id);
    pending?.resolve('error' in header ? header : { ...header, marshal: body });
    if (this.#pending.size > 0) return;
    this.#idle = setTimeout(() => this.#python.stdin.end(), this.#idleMs);
    this.#idle.unref();
  }

  #end(): void {
    this.#state = 'ended';
    clearTimeout(this.#idle);
    for (const { reject } of this.#pending.values()) reject(new WorkerGone());
    this.#pending.clear();
  }
}
