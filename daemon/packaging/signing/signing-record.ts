// What of a build was signed, and what is to be signed elsewhere: a file beside the build's folder.
import { signingCommands } from './signing-commands.ts';
import type { SignableKind, SigningOrder } from './signing-order.ts';

type Entry = {
  /** Relative to the build's folder. */
  readonly file: string;
  readonly kind: SignableKind;
  readonly order: SigningOrder;
  readonly state:
    | { readonly is: 'signed'; readonly by: string }
    | { readonly is: 'unsigned'; readonly why: string };
};

/** Everything in one build of a target that a config wants signed. */
export class SigningRecord {
  readonly #entries: Entry[] = [];

  add(entry: Entry): void {
    this.#entries.push(entry);
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  get unsigned(): readonly { readonly file: string; readonly why: string }[] {
    return this.#entries.flatMap(({ file, state }) =>
      state.is === 'signed' ? [] : [{ file, why: state.why }],
    );
  }

  /** For people and programs; no password is in it. */
  json(): string {
    const entries = this.#entries.map(({ file, kind, order, state }) => {
      const { certificate, action, chainFiles, timeStampServer } = order;
      const { password: _secret, ...shown } = { password: '', ...certificate };
      return {
        file,
        kind,
        action,
        certificate: shown,
        chainFiles,
        timeStampServer: timeStampServer ?? null,
        ...(state.is === 'signed'
          ? { signed: true, by: state.by }
          : { signed: false, why: state.why, commands: signingCommands(file, kind, order) }),
      };
    });
    return `${JSON.stringify(entries, undefined, 2)}\n`;
  }
}
