import { ConfigObject } from './config-object.ts';
import type { Evaluation } from './evaluation.ts';
import type { TargetValue } from './resolved-target.ts';

/** What a target's function may return for the target to be built: PyOxidizer's types with a `build()`. */
export abstract class Buildable extends ConfigObject {
  abstract value(evaluation: Evaluation): TargetValue;
}
