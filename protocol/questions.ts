import { GenerateEmbedding, PythonForProject, RunBuildScript } from './embedding-requests.ts';
import { ExtractPython, FindResources, InstallPython, PythonInfo, Pythons } from './python-requests.ts';
import { CargoLicences, Licences, PythonLicences } from './licence-requests.ts';
import { ClearCache } from './requests.ts';
import { ListOfUses, TrimmedProgram, TrimmedSizes, WatchedProgram } from './trim-requests.ts';

/** What the engine answers beside builds; daemon/answers.ts says who does it. */
export const questions = [
  ClearCache,
  Pythons,
  InstallPython,
  ExtractPython,
  PythonInfo,
  FindResources,
  Licences,
  PythonLicences,
  CargoLicences,
  WatchedProgram,
  ListOfUses,
  TrimmedProgram,
  TrimmedSizes,
  RunBuildScript,
  GenerateEmbedding,
  PythonForProject,
] as const;
