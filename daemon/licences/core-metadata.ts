// Fields of METADATA and PKG-INFO (packaging.python.org, "core metadata specifications").

export type CoreMetadata = {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly licenceExpression: string | undefined;
  readonly licence: string | undefined;
  readonly classifiers: readonly string[];
  readonly licenceFiles: readonly string[];
  readonly homepage: string | undefined;
  /** Normalized names of what it needs without extras, sorted. */
  readonly requires: readonly string[];
};

/** PEP 503. */
export const normalizedName = (name: string): string => name.replaceAll(/[-_.]+/g, '-').toLowerCase();

/** Only the header is read; the description that follows may be long. */
export function readCoreMetadata(text: string): CoreMetadata {
  const header = text.replaceAll('\r\n', '\n').split('\n\n', 1)[0] ?? '';
  const fields = new Map<string, string[]>();
  // A line that begins with a space goes on with the field above.
  for (const [, name = '', value = ''] of header.matchAll(/^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)/gm)) {
    const key = name.toLowerCase();
    fields.set(key, [
      ...(fields.get(key) ?? []),
      value.replaceAll(/\n(?:[ \t]*\|| {8}|[ \t]+)/g, '\n').trim(),
    ]);
  }
  const all = (name: string): readonly string[] => fields.get(name) ?? [];
  const one = (name: string): string | undefined => {
    const value = all(name)[0];
    return value === undefined || value === '' || value === 'UNKNOWN' ? undefined : value;
  };
  const requires = all('requires-dist')
    .filter((line) => !/\bextra\s*==/.test(line))
    .flatMap((line) => /^[\w.-]+/.exec(line)?.[0] ?? []);
  return {
    name: one('name'),
    version: one('version'),
    licenceExpression: one('license-expression'),
    licence: one('license'),
    classifiers: all('classifier').filter((line) => line.startsWith('License ::')),
    licenceFiles: all('license-file'),
    homepage: one('home-page') ?? homepageOf(all('project-url')),
    requires: [...new Set(requires.map(normalizedName))].toSorted(),
  };
}

function homepageOf(urls: readonly string[]): string | undefined {
  const rows = urls.map((line) => line.split(/,\s*/, 2) as [string, string | undefined]);
  const wanted = ['homepage', 'home', 'repository', 'source', 'sourcecode'];
  for (const label of wanted) {
    const row = rows.find(([name]) => name.toLowerCase().replaceAll(/[\s_-]/g, '') === label);
    if (row?.[1] !== undefined) return row[1];
  }
  return undefined;
}
