// What is in a Python wheel: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
import type { ResultType, Sha256 } from '../../cache/cache.ts';
import type { Context } from '../context.ts';
import type { Content } from '../python/resource.ts';
import { withStep } from '../step.ts';
import { bytesOf, fileContent, type NamedFile, textContent } from './named-file.ts';
import { canonicalVersion } from './version.ts';
import { writeZip } from './zip.ts';

export type WheelDescription = {
  /** As METADATA has it. */
  readonly distribution: string;
  readonly version: string;
  readonly buildTag: string | undefined;
  /** Each may be several, joined by ".": "py2.py3". */
  readonly pythonTag: string;
  readonly abiTag: string;
  readonly platformTag: string;
  readonly generator: string;
  readonly rootIsPurelib: boolean;
  /** Seconds since 1970; undefined leaves it to SOURCE_DATE_EPOCH. */
  readonly modifiedTime: number | undefined;
};

/** Folders of an environment that files of `.data` go to. */
export const dataDestinations = ['purelib', 'platlib', 'headers', 'scripts', 'data'] as const;

/** "Foo.Bar-baz" → "foo_bar_baz": what file and folder names begin with. */
const fileNameOf = (distribution: string): string => distribution.toLowerCase().replaceAll(/[-_.]+/g, '_');

/** "foo_bar-1.0": the stem of `.dist-info` and `.data`. */
export const wheelStem = ({ distribution, version }: WheelDescription): string =>
  `${fileNameOf(distribution)}-${canonicalVersion(version) ?? version}`;

export const wheelFileName = (wheel: WheelDescription): string =>
  `${[
    wheelStem(wheel),
    ...(wheel.buildTag === undefined ? [] : [wheel.buildTag]),
    wheel.pythonTag,
    wheel.abiTag,
    wheel.platformTag,
  ].join('-')}.whl`;

type WheelKey = {
  readonly description: WheelDescription; // names, tags, and all that WHEEL and METADATA say
  readonly seconds: number; // of every file in the archive
  readonly files: readonly (readonly [path: string, sha256: Sha256, executable: boolean])[];
};

const wheels: ResultType<WheelKey, { readonly sha256: Sha256; readonly size: number }> = {
  kind: 'package',
  version: 1,
};

/** The archive. Files of `.dist-info` that are not among `files` are made, RECORD always. `seconds` when nobody says it. */
export async function wheelContent(
  context: Context,
  description: WheelDescription,
  files: readonly NamedFile[],
  seconds: number,
): Promise<Content> {
  const time = description.modifiedTime ?? seconds;
  const all = complete(context, description, files);
  const key: WheelKey = {
    description,
    seconds: time,
    files: all.map(({ path, content, executable }) => [path, content.sha256, executable]),
  };
  const known = context.cache.get(wheels, key);
  if (known !== undefined) return { at: 'blob', ...known };
  return withStep(context, 'package', wheelFileName(description), async () => {
    const path = context.cache.scratch();
    const entries = all.map((file) => ({ ...file, bytes: () => bytesOf(context, file.content) }));
    const size = await writeZip(path, entries, time, context.signal);
    const content = await fileContent(context, path, size);
    const { sha256 } = content;
    context.cache.put(wheels, key, { sha256, size }, { blobs: [sha256] });
    return content;
  });
}

/** With what every wheel must have; the folder of metadata is last, RECORD the last of it. */
function complete(
  context: Context,
  description: WheelDescription,
  files: readonly NamedFile[],
): readonly NamedFile[] {
  const folder = `${wheelStem(description)}.dist-info`;
  const made: readonly (readonly [name: string, text: string])[] = [
    ['METADATA', metadataText(description)],
    ['WHEEL', wheelText(description)],
  ];
  const byPath = new Map(files.map((file) => [file.path, file]));
  for (const [name, text] of made) {
    const path = `${folder}/${name}`;
    if (!byPath.has(path)) byPath.set(path, { path, content: textContent(context, text), executable: false });
  }
  const record = `${folder}/RECORD`;
  byPath.delete(record);
  const isMetadata = ({ path }: NamedFile): boolean => path.startsWith(`${folder}/`);
  const sorted = [...byPath.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const ordered = [...sorted.filter((file) => !isMetadata(file)), ...sorted.filter(isMetadata)];
  const lines = ordered.map(({ path, content: { sha256, size } }) => {
    const digest = Buffer.from(sha256, 'hex').toString('base64url');
    return `${csvField(path)},sha256=${digest},${size}\n`;
  });
  const content = textContent(context, [...lines, `${csvField(record)},,\n`].join(''));
  return [...ordered, { path: record, content, executable: false }];
}

const csvField = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function metadataText({ distribution, version }: WheelDescription): string {
  return `Metadata-Version: 2.1\nName: ${distribution}\nVersion: ${version}\n`;
}

/** Compressed tags are written out: a line for each combination. */
function wheelText(wheel: WheelDescription): string {
  const tags = wheel.pythonTag
    .split('.')
    .flatMap((python) =>
      wheel.abiTag
        .split('.')
        .flatMap((abi) =>
          wheel.platformTag.split('.').map((platform) => `Tag: ${python}-${abi}-${platform}\n`),
        ),
    );
  return [
    'Wheel-Version: 1.0\n',
    `Generator: ${wheel.generator}\n`,
    `Root-Is-Purelib: ${wheel.rootIsPurelib}\n`,
    ...tags,
    ...(wheel.buildTag === undefined ? [] : [`Build: ${wheel.buildTag}\n`]),
  ].join('');
}
