import { ConfigObject } from './config-object.ts';
import { membersOf, type FunctionDeclaration } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { str } from './parameter.ts';
import type { TargetValue } from './resolved-target.ts';
import { checkedTargetName } from './target-name.ts';

/** What a target's function may return for the target to be built: PyOxidizer's types with a `build()`. */
export abstract class Buildable extends ConfigObject {
  /** `folder` is where it will be written, absolute. */
  abstract value(evaluation: Evaluation, folder: string): TargetValue;
}

/** The method that makes a type buildable. PyOxidizer calls it on what a target's function returns; so may a config. */
export const buildMethod: FunctionDeclaration = membersOf<Buildable>().method({
  name: 'build',
  doc: 'Builds this into the output folder of the target of that name, once the config has run. Targets that are asked for are built without it.',
  parameters: { target: str },
  call(self, { target }, evaluation) {
    const name = checkedTargetName(target);
    const folder = evaluation.outputFolder(name);
    evaluation.builds.push({ name, folder, value: self.value(evaluation, folder) });
  },
});
