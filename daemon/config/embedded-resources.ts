import { Buildable, buildMethod } from './buildable.ts';
import type { TypeDeclaration } from './declaration.ts';
import type { EmbeddedResourcesValue, PythonExecutableValue } from './resolved-target.ts';

/** What a Cargo build script embeds. */
export class EmbeddedResources extends Buildable {
  override readonly typeName = 'PythonEmbeddedResources';
  readonly #executable: PythonExecutableValue;

  constructor(executable: PythonExecutableValue) {
    super();
    this.#executable = executable;
  }

  override value(): EmbeddedResourcesValue {
    return { type: 'PythonEmbeddedResources', executable: this.#executable };
  }
}

export const embeddedResourcesType: TypeDeclaration = {
  name: 'PythonEmbeddedResources',
  doc: 'The parts of an executable, for a Rust project that embeds Python itself. Made by `PythonExecutable.to_embedded_resources()`; as a target its files are written to the output folder.',
  generation: 'both',
  attributes: [],
  methods: [buildMethod],
};
