// What a config wants to be signed, and by what certificate. Leaf: types only.

/** When a config's callback is asked. The last one never happens here: a program for Linux has no signature. */
export const signingActions = [
  'file-manifest-install',
  'macos-application-bundle-creation',
  'windows-installer-creation',
  'windows-installer-file-added',
  'python-executable-creation',
] as const;
export type SigningAction = (typeof signingActions)[number];

/** What can be signed: programs and libraries of Windows, installers, the same of macOS, and application bundles. */
export type SignableKind = 'pe' | 'msi' | 'mach-o' | 'app-bundle';

export type Certificate =
  /** Absolute path of a PKCS #12 file, with its key. */
  | { readonly from: 'pfx'; readonly path: string; readonly password: string }
  /** What the certificate store of a Windows machine has. */
  | { readonly from: 'windows-store'; readonly by: 'auto' }
  | {
      readonly from: 'windows-store';
      readonly by: 'sha1-thumbprint' | 'subject';
      readonly value: string;
      readonly store: string;
    };

export type SigningOrder = {
  readonly action: SigningAction;
  readonly certificate: Certificate;
  /** Absolute paths of PEM files with the certificates that issued it. */
  readonly chainFiles: readonly string[];
  readonly timeStampServer: string | undefined;
};
