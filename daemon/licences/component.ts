import type { Component } from '../../protocol/licences.ts';

/** A licence's words, as the component brings them. */
export type LicenceText = { readonly name: string; readonly text: string };

/** A component with its texts, which travel only as part of a document. */
export type TextedComponent = Component & { readonly texts: readonly LicenceText[] };

/** A text larger than this is no licence. */
export const textBytesMax = 1024 * 1024;
