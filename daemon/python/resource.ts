import type { Sha256 } from '../../cache/cache.ts';

/** Bytes of a resource: a file that was hashed when it was looked at, or bytes in the cache's blob store. */
export type Content =
  | { readonly at: 'file'; readonly path: string; readonly sha256: Sha256; readonly size: number }
  | { readonly at: 'blob'; readonly sha256: Sha256; readonly size: number };

/**
 * One thing that can be packed. `path` is where it stands in the virtual tree, relative to the root that goes on
 * sys.path ("pyflakes/api.py", "numpy.libs/libopenblas.so"), with "/" and without "." or "..".
 */
export type Resource = {
  readonly path: string;
  readonly content: Content;
  readonly executable: boolean;
  readonly what:
    | { readonly kind: 'module-source'; readonly name: string; readonly isPackage: boolean }
    | {
        readonly kind: 'module-bytecode';
        readonly name: string;
        readonly isPackage: boolean;
        readonly level: 0 | 1 | 2;
      }
    | { readonly kind: 'extension-module'; readonly name: string }
    | { readonly kind: 'package-resource'; readonly package: string; readonly name: string }
    | {
        readonly kind: 'distribution-resource';
        readonly package: string;
        readonly version: string;
        readonly name: string;
      }
    | { readonly kind: 'file' };
  readonly isStdlib: boolean;
  readonly isTest: boolean;
};
