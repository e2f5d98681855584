// Wheels for another platform than this one, unpacked as pip would install them there.
import { Failure, inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { Distribution } from './distribution.ts';
import { type PipResult, pipInstall } from './pip.ts';

export type PipDownloadRequest = {
  readonly args: readonly string[];
  /** Absolute; relative paths in `args` start here. */
  readonly directory: string;
  /** Rust's name of the platform that the wheels are for. */
  readonly triple: string;
};

/** glibc 2.28 is that of the oldest systems still cared for; wheels for older ones run there too (PEP 600). */
const glibcMinors = { first: 5, last: 28 } as const;
/** musl 1.2 came in 2020; PEP 656. */
const muslMinors = { first: 0, last: 2 } as const;

const downTo = ({ first, last }: { readonly first: number; readonly last: number }): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => last - index);

/** pip does not know by itself which tags include others: all of them are named, the newest first. */
const linux = (machine: string, older: readonly string[] = []): string[] => [
  ...downTo(glibcMinors).map((minor) => `manylinux_2_${minor}_${machine}`),
  ...['manylinux2014', ...older].map((name) => `${name}_${machine}`),
  `linux_${machine}`,
];
const musl = (machine: string): string[] =>
  downTo(muslMinors).map((minor) => `musllinux_1_${minor}_${machine}`);
const beforeManylinux2014 = ['manylinux2010', 'manylinux1'];

/** Platform tags by triple. Of macOS, pip itself adds older versions, and "universal2" wheels. */
const platforms: Readonly<Record<string, readonly string[]>> = {
  'x86_64-unknown-linux-gnu': linux('x86_64', beforeManylinux2014),
  'aarch64-unknown-linux-gnu': linux('aarch64'),
  'i686-unknown-linux-gnu': linux('i686', beforeManylinux2014),
  'x86_64-unknown-linux-musl': musl('x86_64'),
  'aarch64-unknown-linux-musl': musl('aarch64'),
  'x86_64-apple-darwin': ['macosx_12_0_x86_64'],
  'aarch64-apple-darwin': ['macosx_12_0_arm64'],
  'x86_64-pc-windows-msvc': ['win_amd64'],
  'i686-pc-windows-msvc': ['win32'],
  'aarch64-pc-windows-msvc': ['win_arm64'],
};

/** As `pipInstall`, with binary wheels of `triple` alone: nothing can be built for a platform that is not here. */
export async function pipDownload(
  context: Context,
  distribution: Distribution,
  { args, directory, triple }: PipDownloadRequest,
): Promise<PipResult> {
  const tags = platforms[triple];
  if (tags === undefined)
    throw inputFailure(`Cannot download wheels for "${triple}"`, {
      hint: `take one of ${Object.keys(platforms).join(', ')}`,
    });
  const short = distribution.version.split('.').slice(0, 2).join('.');
  const wanted = `cp${short.replace('.', '')}`;
  return pipInstall(context, distribution, {
    directory,
    args: [
      '--only-binary=:all:',
      '--implementation=cp',
      `--python-version=${short}`,
      ...[wanted, 'abi3', 'none'].map((abi) => `--abi=${abi}`),
      ...tags.map((tag) => `--platform=${tag}`),
      ...args,
    ],
  }).catch((error: unknown) => {
    throw withTags(error, { triple, tags, wanted });
  });
}

/** pip says that there is no version; in truth there is none with a wheel that fits. */
function withTags(
  error: unknown,
  {
    triple,
    tags,
    wanted,
  }: { readonly triple: string; readonly tags: readonly string[]; readonly wanted: string },
): unknown {
  if (!(error instanceof Failure) || error.kind !== 'input') return error;
  const missing = /No matching distribution found for (.+)/.exec(error.message)?.[1];
  if (missing === undefined) return error;
  const [newest = ''] = tags;
  return inputFailure(
    `Cannot download ${missing}: no wheel of it fits ${wanted} on ${triple}\n${error.message}`,
    {
      hint:
        `it needs a wheel tagged ${wanted}-${wanted}, cp3*-abi3 or py3-none for ${newest} or older, or py3-none-any: ` +
        'take a version that has one, or build one there and name its folder with --find-links',
      ...(error.logFile === undefined ? {} : { logFile: error.logFile }),
      cause: error,
    },
  );
}
