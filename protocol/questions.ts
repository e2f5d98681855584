import { ExtractPython, FindResources, InstallPython, PythonInfo, Pythons } from './python-requests.ts';
import { ClearCache } from './requests.ts';

/** What the engine answers beside builds; daemon/answers.ts says who does it. */
export const questions = [
  ClearCache,
  Pythons,
  InstallPython,
  ExtractPython,
  PythonInfo,
  FindResources,
] as const;
