// Questions about licences.
import type { Component, LicenceFacts, LicencePolicy, Violation } from './licences.ts';
import type { PythonRequest } from './python-requests.ts';
import { type ConfigRequest, request, type Streamed } from './requests.ts';

/** "text" is what COPYING.txt says. */
export const documentFormats = ['text', 'cyclonedx', 'spdx'] as const;
export type DocumentFormat = (typeof documentFormats)[number];

/** The components of a config's targets; nothing is built. */
export type LicencesRequest = ConfigRequest & {
  /** Empty: the default target. */
  readonly targets: readonly string[];
  /** Beside what the config itself says. */
  readonly policy: LicencePolicy;
  readonly format: DocumentFormat | null;
};
export type LicencesReport = {
  /** The name of the program, or of whatever was asked about. */
  readonly subject: string;
  /** Sorted by kind and name. */
  readonly components: readonly Component[];
  /** Of each expression among them. */
  readonly facts: readonly LicenceFacts[];
  readonly violations: readonly Violation[];
  /** In the format that was asked for. */
  readonly document: string | null;
};
export const Licences = request<LicencesRequest & Streamed, LicencesReport>('oxd/licences');

/** The interpreter, and every extension module and library that comes with it. */
export const PythonLicences = request<PythonRequest & Streamed, LicencesReport>('oxd/pythonLicences');

export type CargoLicencesRequest = {
  /** Absolute path of a Cargo.toml. */
  readonly manifest: string;
  readonly allFeatures: boolean;
  /** Absent: this machine's. */
  readonly triple?: string;
  readonly format: DocumentFormat | null;
  readonly environment: Readonly<Record<string, string>>;
};
/** The crates that a Cargo project links in. */
export const CargoLicences = request<CargoLicencesRequest & Streamed, LicencesReport>('oxd/cargoLicences');
