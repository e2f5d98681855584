// What a program without a config is built by: a plan, of which a config is written, whose evaluation then is the build.
import { basename, dirname } from 'node:path';
import type { ConfigRequest, OneStep, WrittenConfig } from '../../protocol/requests.ts';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { configText } from './config-text.ts';
import { planFolder } from './folder.ts';
import { planPackages } from './packages.ts';
import { planScript } from './script.ts';

/** How a program starts. */
export type Start =
  | { readonly kind: 'module'; readonly module: string }
  | { readonly kind: 'function'; readonly module: string; readonly attribute: string };

export type Program = {
  /** Of the target and of the executable. */
  readonly name: string;
  readonly start: Start;
};

/** One call of pip. */
export type Install = {
  readonly args: readonly string[];
  /** Where the arguments come from, for who reads the config. */
  readonly why: string;
};

export type Plan = {
  /** What this is, for who reads the config: "app.py". */
  readonly subject: string;
  /** "3.12", where it is not the best there is. */
  readonly python: string | undefined;
  readonly installs: readonly Install[];
  /** Modules and folders below `root`, which is relative to the config's folder. */
  readonly modules: { readonly root: string; readonly names: readonly string[] } | undefined;
  /** The first one is the default target. */
  readonly programs: readonly Program[];
};

/** What all of the planning works with. */
export type Planning = {
  readonly oneStep: OneStep;
  /** The config's folder, absolute. */
  readonly folder: string;
};

/** Reads what there is to read and installs what there is to install, and writes the config of it. */
export async function writeConfig(context: Context, request: ConfigRequest): Promise<WrittenConfig> {
  const { oneStep } = request;
  if (oneStep === undefined)
    throw inputFailure(`There is a config already: ${request.config}`, { hint: 'build it as it is' });
  const planning: Planning = { oneStep, folder: dirname(request.config) };
  const plan = await planOf(context, planning);
  return { text: configText(plan), targets: plan.programs.map(({ name }) => name) };
}

function planOf(context: Context, planning: Planning): Promise<Plan> {
  const { kind, path } = planning.oneStep.subject;
  switch (kind) {
    case 'script':
      return planScript(context, planning, { path, name: basename(path, '.py'), isPackage: false });
    case 'folder':
      return planFolder(context, planning);
    case 'packages':
      return planPackages(context, planning);
  }
}
