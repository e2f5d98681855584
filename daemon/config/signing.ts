// Asks the activated signers about what can be signed.
import { posix } from 'node:path';

import type { SignableKind, SigningAction, SigningOrder } from '../packaging/signing/signing-order.ts';
import { CodeSigningRequest } from './code-signing-request.ts';
import type { Evaluation } from './evaluation.ts';
import type { FileManifestValue, ManifestContent } from './resolved-target.ts';

type Candidate = {
  readonly action: SigningAction;
  readonly filename: string;
  readonly path: string | undefined;
  readonly kind: SignableKind;
};

/** The order of the first signer that can and wants to sign; undefined when there is none, or one prevents it. */
export function signingOrder(evaluation: Evaluation, candidate: Candidate): SigningOrder | undefined {
  const { action, filename, path, kind } = candidate;
  for (const signer of evaluation.signers) {
    if (!signer.canSign(kind)) continue;
    if (signer.callback !== undefined) {
      const request = new CodeSigningRequest(action, filename, path);
      evaluation.language.call(signer.callback, [request]);
      if (request.preventSigning) return undefined;
      if (request.defer) continue;
    }
    const { certificate, chainFiles, timeStampServer } = signer;
    return { action, certificate, chainFiles: [...chainFiles], timeStampServer };
  }
  return undefined;
}

/** The orders for the files of a manifest that can be signed, by their paths; undefined when there are none. */
export function signingOrders(
  evaluation: Evaluation,
  action: SigningAction,
  { entries }: FileManifestValue,
): FileManifestValue['signing'] {
  if (evaluation.signers.length === 0) return undefined;
  const orders: Record<string, SigningOrder> = {};
  for (const entry of entries) {
    const kind = entry.kind === 'file' ? kindOf(evaluation, entry.content) : undefined;
    if (entry.kind !== 'file' || kind === undefined) continue;
    const { path } = entry;
    const order = signingOrder(evaluation, { action, filename: posix.basename(path), path, kind });
    if (order !== undefined) orders[path] = order;
  }
  return Object.keys(orders).length === 0 ? undefined : orders;
}

function kindOf(evaluation: Evaluation, content: ManifestContent): SignableKind | undefined {
  if (content.at === 'file')
    return evaluation.outlet.ask('signableKind', { path: content.path }) ?? undefined;
  return content.at === 'universal-binary' ? 'mach-o' : undefined;
}
