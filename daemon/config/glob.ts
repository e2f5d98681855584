import { ConfigError } from './config-object.ts';
import { declareFunction } from './declaration.ts';
import { userFile } from './file-content.ts';
import { FileManifest, strippedPath } from './file-manifest.ts';
import { listOf, optional, str } from './parameter.ts';

export const glob = declareFunction({
  name: 'glob',
  doc: "A manifest of the files that match any of the `include` patterns and none of `exclude`. Patterns know `*`, `?`, `[a-z]` and `**`; relative ones start at the config's folder. `strip_prefix` is taken off the front of each path; without it the config's folder is. A symbolic link to a file counts as the file that it leads to; links to folders are not followed.",
  parameters: {
    include: listOf(str),
    exclude: optional(listOf(str)),
    strip_prefix: optional(str),
  },
  returns: 'FileManifest',
  call(evaluation, { include, exclude, strip_prefix }) {
    const absolute = (pattern: string): string => evaluation.absolute(pattern);
    const request = { include: include.map(absolute), exclude: (exclude ?? []).map(absolute) };
    const manifest = new FileManifest();
    for (const path of evaluation.outlet.ask('glob', request)) {
      if (strip_prefix === undefined && !path.startsWith(`${evaluation.directory}/`))
        throw new ConfigError(
          `${path} is outside of the config's folder`,
          'give strip_prefix to say which part of the path to leave out',
        );
      manifest.addFile(strippedPath(evaluation, path, strip_prefix ?? '.'), userFile(evaluation, path));
    }
    return manifest;
  },
});
