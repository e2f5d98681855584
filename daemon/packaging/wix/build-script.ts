// The commands that make an installer on Windows with WiX 3: https://wixtoolset.org/docs/v3/overview/alltools/
import { redistributable, type RedistributablePlatform } from './bundle-source.ts';
import type { WixArchitecture } from './msi-source.ts';

export type WixSource = {
  /** Relative to the folder "wxs". */
  readonly path: string;
  /** `-d` of candle. */
  readonly parameters: ReadonlyMap<string, string>;
};

export type WixBuild = {
  /** What is made, beside the script. */
  readonly filename: string;
  readonly arch: WixArchitecture;
  readonly sources: readonly WixSource[];
  /** `-d` of light; some have no value. */
  readonly variables: ReadonlyMap<string, string | undefined>;
  /** MSI files to be made first, each by the script in its folder. */
  readonly packages: readonly { readonly folder: string; readonly filename: string }[];
  readonly redistributables: readonly RedistributablePlatform[];
};

export const buildScriptName = 'build.cmd';

/** A script for cmd.exe, which can be started from anywhere. */
export function buildScript(build: WixBuild): string {
  const { filename, arch, sources, variables, packages, redistributables } = build;
  const objects = sources.map(({ path }) => `obj\\${backward(path)}.wixobj`);
  const lines = [
    '@echo off',
    `rem Makes ${filename}. Wants the programs of the WiX Toolset 3.14 (https://github.com/wixtoolset/wix3/releases) on the PATH.`,
    'setlocal',
    'cd /d "%~dp0"',
    ...packages.flatMap((one) => [
      `call ${quoted(`${backward(one.folder)}\\${buildScriptName}`)} || exit /b 1`,
      `copy /y ${quoted(`${backward(one.folder)}\\${one.filename}`)} . || exit /b 1`,
    ]),
    ...redistributables.map((platform) => {
      const { filename: name, url } = redistributable(platform);
      return `if not exist ${name} curl -fLo ${name} ${url} || exit /b 1`;
    }),
    ...sources.map(({ path, parameters }, index) =>
      [
        'candle -nologo -ext WixBalExtension -ext WixUtilExtension',
        `-arch ${arch}`,
        ...[...parameters].map(([key, value]) => quoted(`-d${key}=${value}`)),
        `-out ${quoted(objects[index]!)} ${quoted(`wxs\\${backward(path)}`)} || exit /b 1`,
      ].join(' '),
    ),
    [
      'light -nologo -ext WixUIExtension -ext WixBalExtension -ext WixUtilExtension -b .',
      ...[...variables].map(([key, value]) => quoted(value === undefined ? `-d${key}` : `-d${key}=${value}`)),
      `-out ${[filename, ...objects].map(quoted).join(' ')} || exit /b 1`,
    ].join(' '),
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

const backward = (path: string): string => path.replaceAll('/', '\\');

/** An argument as cmd.exe takes it in a script, where "%" is doubled. */
const quoted = (text: string): string => {
  const doubled = text.replaceAll('%', '%%');
  return /[\s&|<>^()=;,"]/.test(doubled) ? `"${doubled.replaceAll('"', '""')}"` : doubled;
};
