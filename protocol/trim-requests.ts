// The steps of `oxd trim` that need the engine. In between the client runs the program.
import { type ConfigRequest, request, type Streamed } from './requests.ts';

export type TrimRequest = ConfigRequest & {
  /** Absent: the default target. */
  readonly target?: string;
  /** Absolute path of the list to be written; the config's own use of it is passed over. */
  readonly list: string;
};

export type BuiltProgram = { readonly target: string; readonly path: string };

/** Names a folder to a watched program, and to all that it starts. */
export const watchVariable = 'OXD_TRIM_RECORD';

/** Builds a program untrimmed, and so that it notes what it uses in the folder that `watchVariable` names. */
export const WatchedProgram = request<TrimRequest & Streamed, BuiltProgram>('oxd/trim/watched');

export type UsesRequest = TrimRequest & {
  /** Absolute path of the folder with what the watched program has noted. */
  readonly records: string;
  /** Data files of packages that are kept: all of them, or those that were read. */
  readonly data: 'all' | 'read';
  /** For the head of the list: what was run. */
  readonly runs: readonly string[];
  /** Whether the config is to be changed so that it uses the list. */
  readonly write: boolean;
};
export type ListOfUsesResult = {
  /** Modules that were seen to be imported, and those that follow from them. */
  readonly seen: number;
  readonly following: number;
  /** The line of the config that uses the list. */
  readonly line: string;
  readonly isUsed: 'already' | 'added' | 'no';
};
/** Writes the list. */
export const ListOfUses = request<UsesRequest & Streamed, ListOfUsesResult>('oxd/trim/list');

/** Builds a program with the list, whether or not the config uses it. */
export const TrimmedProgram = request<TrimRequest & Streamed, BuiltProgram>('oxd/trim/trimmed');

export type DroppedPart = {
  readonly name: string;
  /** Bytes in the executable. */
  readonly before: number;
  readonly after: number;
};
export type SizesResult = {
  readonly before: number;
  readonly after: number;
  /** Packages, modules of the standard library and system libraries that became smaller; the largest difference first. */
  readonly dropped: readonly DroppedPart[];
};
/** Compares two executables by what is packed into them. */
export const TrimmedSizes = request<
  { readonly before: string; readonly after: string } & Streamed,
  SizesResult
>('oxd/trim/sizes');
