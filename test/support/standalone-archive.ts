// Makes an archive in the form of python-build-standalone from an installed CPython, without its tests.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import { create } from 'tar';
import { addObjects } from './standalone-objects.ts';

export type ArchiveForm = {
  readonly kind: 'full' | 'install_only';
  readonly compression: 'gz' | 'zst';
  /** Whether libpython's static archive is put in; the shared one always is. */
  readonly hasStatic: boolean;
  /** Whether a full one has the objects of libpython, and of some modules. */
  readonly hasObjects?: boolean;
  /** Changes to PYTHON.json. */
  readonly info?: Readonly<Record<string, unknown>>;
  /** Further files, by their path in the installation. */
  readonly files?: Readonly<Record<string, string>>;
};

/** Not needed to run, install and link; half of the size. */
const leftOut =
  /\/(test|tests|idlelib|tkinter|turtledemo|lib2to3|ensurepip|__pycache__)(\/|$)|\/site-packages\/(?!pip(\/|-|$))|\.a$/;

/** Writes the archive of the installation that `python` (…/bin/pythonX.Y) belongs to; returns its SHA-256. */
export async function makeArchive(python: string, out: string, form: ArchiveForm): Promise<string> {
  const prefix = dirname(dirname(python));
  const short = basename(python).replace('python', '');
  const staging = mkdtempSync(`${out}.staging-`);
  try {
    const root = join(staging, 'python', ...(form.kind === 'full' ? ['install'] : []));
    const stdlib = join(root, 'lib', `python${short}`);
    cpSync(join(prefix, 'lib', `python${short}`), stdlib, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !leftOut.test(source.slice(prefix.length)),
    });
    mkdirSync(join(root, 'bin'));
    for (const header of ['Python.h', 'pyconfig.h'])
      cpSync(
        join(prefix, 'include', `python${short}`, header),
        join(root, 'include', `python${short}`, header),
      );
    relocate(python, join(root, 'bin', `python${short}`), join(prefix, 'lib'));
    const shared = join(root, 'lib', `libpython${short}.so.1.0`);
    // Two thirds of it are what debuggers read.
    execFileSync('strip', ['-g', '-o', shared, join(prefix, 'lib', basename(shared))]);
    const config = readdirSync(stdlib).find((name) => name.startsWith('config-')) ?? '';
    const library = `lib/python${short}/${config}/libpython${short}.a`;
    if (form.hasStatic) cpSync(join(prefix, library), join(root, library));
    for (const [path, text] of Object.entries(form.files ?? {})) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    if (form.kind === 'full') {
      const info = describe(short, form.hasStatic ? `install/${library}` : undefined);
      if (form.hasObjects === true) {
        const { objects, extensions, ...rest } = addObjects(prefix, short, join(staging, 'python'));
        Object.assign(info.build_info, rest, {
          core: { ...info.build_info.core, objs: objects },
          extensions: Object.assign(info.build_info.extensions, extensions),
        });
      }
      writeFileSync(
        join(staging, 'python/PYTHON.json'),
        JSON.stringify({ ...info, ...form.info }, undefined, 1),
      );
    }
    const packed = create({ cwd: staging, portable: true, noMtime: true }, ['python']);
    const compress =
      form.compression === 'zst'
        ? createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } })
        : createGzip({ level: 1 });
    await pipeline(packed as unknown as NodeJS.ReadableStream, compress, createWriteStream(out));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return createHash('sha256').update(readFileSync(out)).digest('hex');
}

/** Copies the interpreter so that it finds its shared library beside itself: the run path is as long or longer. */
function relocate(python: string, copy: string, library: string): void {
  const bytes = readFileSync(python);
  const at = bytes.indexOf(`\0${library}\0`);
  const replacement = '$ORIGIN/../lib';
  if (at !== -1 && replacement.length <= library.length)
    bytes.fill(0, at + 1, at + 1 + library.length).write(replacement, at + 1);
  writeFileSync(copy, bytes);
  chmodSync(copy, 0o755);
}

function describe(short: string, staticLibrary: string | undefined) {
  return {
    version: '8',
    target_triple: 'x86_64-unknown-linux-gnu',
    python_major_minor_version: short,
    libpython_link_mode: staticLibrary === undefined ? 'shared' : 'static',
    python_extension_module_loading: ['builtin', 'shared-library'],
    a_field_of_the_future: true,
    licenses: ['Python-2.0', 'CNRI-Python'],
    build_info: {
      object_file_format: 'elf',
      core: {
        shared_lib: `install/lib/libpython${short}.so.1.0`,
        ...(staticLibrary === undefined ? {} : { static_lib: staticLibrary }),
        links: [
          { name: 'dl', system: true },
          { name: 'm', system: true },
        ],
      },
      extensions: {
        _ssl: [{ in_core: false, shared_lib: 'x.so', links: [{ name: 'ssl', system: true }] }],
        zlib: [
          { in_core: true, licenses: ['Zlib'], links: [{ name: 'z', path_static: 'build/lib/libz.a' }] },
        ],
      },
    },
  };
}

/** A certificate for localhost, signed by itself; undefined where there is no openssl. */
export function makeCertificate(folder: string): { readonly key: string; readonly cert: string } | undefined {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  try {
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
        .concat(['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'])
        .concat(['-keyout', key, '-out', cert]),
      { stdio: 'ignore' },
    );
  } catch {
    return undefined;
  }
  return existsSync(cert) ? { key, cert } : undefined;
}
