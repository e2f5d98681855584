// What of a program's memory comes from the C library's allocator: a library that is loaded before it counts.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { InterpreterConfig } from '../../daemon/executable/interpreter-config.ts';
import { buildStub, testPython, writeExecutable } from '../daemon/executable/packing.ts';

export type Observed = {
  /** Whether a block of a domain came from the C library: of its own size, or of one with Rust's header. */
  readonly raw: 'libc' | 'rust' | 'elsewhere';
  readonly mem: 'libc' | 'rust' | 'elsewhere';
  readonly obj: 'libc' | 'rust' | 'elsewhere';
  /** pymalloc's arenas are asked of posix_memalign instead of mmap. */
  readonly arenas: boolean;
  /** The runtime's own code in Rust asks the C library. */
  readonly runtime: boolean;
};

/** What oxd's `rust` backend puts before each block. */
const headerBytes = 16;
/** Small enough for pymalloc (512), so that what serves mem and obj shows; of no size that others ask for. */
const smallBytes = 499;

const program = `
import ctypes, json, os, _oxd
counter = ctypes.CDLL(os.environ["LD_PRELOAD"])
for name in ("watched", "aligned", "total"):
    getattr(counter, "count_" + name).restype = ctypes.c_size_t
counter.watch.argtypes = [ctypes.c_size_t]
found = {}
for domain, name in (("raw", "PyMem_RawMalloc"), ("mem", "PyMem_Malloc"), ("obj", "PyObject_Malloc")):
    allocate = getattr(ctypes.pythonapi, name)
    allocate.restype, allocate.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    found[domain] = "elsewhere"
    for where, size in (("libc", ${smallBytes}), ("rust", ${smallBytes + headerBytes})):
        counter.watch(size)
        for _ in range(100): allocate(${smallBytes})
        if counter.count_watched() >= 100: found[domain] = where
counter.watch(0)
many = [object() for _ in range(200_000)]
found["arenas"] = counter.count_aligned() > 0
finder = _oxd.Finder()
for _ in range(10): finder.find_spec("json", None)
counter.watch(0)
for _ in range(200): finder.find_spec("json", None)
found["runtime"] = counter.count_total() > 200
print(json.dumps(found))
`;

const python = testPython();

/** Builds a program with these settings in `folder` and runs it; its own statistics are in `stderr`. */
export async function observe(
  folder: string,
  config: Partial<InterpreterConfig>,
): Promise<Observed & { readonly stderr: string }> {
  const counter = join(folder, 'interposed.so');
  const source = join(import.meta.dirname, 'interposed.c');
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-fno-builtin', '-o', counter, source]);
  const output = await writeProgram(folder, config, program);
  const result = spawnSync(output, {
    encoding: 'utf8',
    env: {
      LD_PRELOAD: counter,
      LANG: 'C.UTF-8',
      _RJEM_MALLOC_CONF: 'stats_print:true',
      MIMALLOC_SHOW_STATS: '1',
    },
  });
  if (result.status !== 0) throw new Error(`${result.signal ?? result.status}: ${result.stderr}`);
  return { ...(JSON.parse(result.stdout) as Observed), stderr: result.stderr };
}

/** The path of a new executable that runs `code`. */
export async function writeProgram(
  folder: string,
  config: Partial<InterpreterConfig>,
  code: string,
): Promise<string> {
  const backend = config.allocatorBackend;
  const features = backend === undefined || backend === 'rust' ? [] : [`allocator-${backend}`];
  const output = join(folder, `with-${backend ?? 'default'}`);
  await writeExecutable(python, {
    output,
    stub: stubWith(features),
    run: { mode: 'eval', code },
    config,
  });
  return output;
}

const stubs = new Map<string, string>();

/** Cargo is asked once for each: on a busy machine it takes its time to say that nothing changed. */
function stubWith(features: readonly string[]): string {
  const name = features.join();
  const known = stubs.get(name) ?? buildStub(python, 'static', features);
  stubs.set(name, known);
  return known;
}
