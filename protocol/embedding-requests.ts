// Questions of Rust programs that embed Python, and of those who begin one.
import type { PythonRequest } from './python-requests.ts';
import { request, type ConfigRequest, type Streamed } from './requests.ts';

export type BuildScriptRequest = ConfigRequest & {
  /** Absent: the target that the config registers with `default_build_script=True`, else its default. */
  readonly target?: string;
  /** Absolute; gets the artifacts. */
  readonly folder: string;
};
export type BuildScriptOutcome = {
  /** Of the Python that is linked, such as "3.11.7". */
  readonly version: string;
  readonly linking: 'static' | 'shared';
  /** What a change of must make cargo ask again: absolute paths, all of which exist. A folder stands for all in it. */
  readonly inputs: readonly string[];
  /** For the linker; files by their absolute path. */
  readonly linkArguments: readonly string[];
};
/** Writes what a build script embeds. */
export const RunBuildScript = request<BuildScriptRequest & Streamed, BuildScriptOutcome>(
  'oxd/runBuildScript',
);

export type EmbeddingRequest = {
  /** "3.11" or "3.11.7"; absent: the one that a config gets that names none. */
  readonly python?: string;
  readonly flavor: string;
  readonly triple?: string;
  /** Absolute; gets the artifacts. */
  readonly folder: string;
  /** The client's allow-listed variables (environment.ts). */
  readonly environment: Readonly<Record<string, string>>;
};
/** Writes a Python without a program to embed. */
export const GenerateEmbedding = request<
  EmbeddingRequest & Streamed,
  { readonly version: string; readonly files: readonly string[] }
>('oxd/generateEmbedding');

/** The Python that a new Rust project is written for. */
export const PythonForProject = request<
  PythonRequest & Streamed,
  { readonly version: string; readonly linking: 'static' | 'shared'; readonly reason: string }
>('oxd/pythonForProject');
