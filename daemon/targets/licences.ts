// The licences of what a build writes: the policy is enforced, and the document made that goes into the program.
import type { LicencePolicy } from '../../protocol/licences.ts';
import type { PythonExecutableValue } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import type { PackedResource } from '../executable/resource-layer.ts';
import { enforce, licenceDocument } from '../licences/document.ts';
import type { LicenceInputs } from '../licences/inputs.ts';
import { licenceReport } from '../licences/report.ts';
import type { Content, Resource } from '../python/resource.ts';

/** The document under the name that the config gives it, or undefined where it wants none. Throws a Failure on a violation. */
export async function licensed(
  context: Context,
  value: PythonExecutableValue,
  inputs: LicenceInputs,
  policy: LicencePolicy,
): Promise<Resource | undefined> {
  const { licensing, licensesFilename: path, name } = value;
  const report = await licenceReport(context, inputs);
  await enforce(context, report, {
    deny: [...licensing.denied, ...policy.deny],
    allow: [...licensing.allowed, ...policy.allow],
  });
  return path === undefined ? undefined : asFile(path, await licenceDocument(context, report, name));
}

const asFile = (path: string, content: Content): Resource => ({
  path,
  content,
  executable: false,
  what: { kind: 'file' },
  isStdlib: false,
  isTest: false,
});

export const packedDocument = (document: Resource | undefined): readonly PackedResource[] =>
  document === undefined ? [] : [{ resource: document, source: true, levels: [] }];
