// Wheels for another platform than this one, unpacked as pip would install them there.
import { inputFailure } from '../../protocol/failure.ts';
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

/** glibc 2.28 is that of the oldest systems still cared for; older tags are allowed with it (PEP 600). */
const glibcMinors = [28, 27, 26, 24, 17, 12, 5];

const linux = (machine: string): string[] => [
  ...glibcMinors.map((minor) => `manylinux_2_${minor}_${machine}`),
  `manylinux2014_${machine}`,
  `linux_${machine}`,
];

/** Platform tags by triple; pip itself adds older versions of macOS. */
const platforms: Readonly<Record<string, readonly string[]>> = {
  'x86_64-unknown-linux-gnu': [...linux('x86_64'), 'manylinux2010_x86_64', 'manylinux1_x86_64'],
  'aarch64-unknown-linux-gnu': linux('aarch64'),
  'i686-unknown-linux-gnu': [...linux('i686'), 'manylinux2010_i686', 'manylinux1_i686'],
  'x86_64-unknown-linux-musl': ['musllinux_1_2_x86_64', 'musllinux_1_1_x86_64'],
  'aarch64-unknown-linux-musl': ['musllinux_1_2_aarch64', 'musllinux_1_1_aarch64'],
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
  return pipInstall(context, distribution, {
    directory,
    args: [
      '--only-binary=:all:',
      '--implementation=cp',
      `--python-version=${short}`,
      ...[`cp${short.replace('.', '')}`, 'abi3', 'none'].map((abi) => `--abi=${abi}`),
      ...tags.map((tag) => `--platform=${tag}`),
      ...args,
    ],
  });
}
