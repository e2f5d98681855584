import { Buildable, buildMethod } from './buildable.ts';
import type { TypeDeclaration } from './declaration.ts';
import type { PythonExecutableValue, PythonLibraryValue } from './resolved-target.ts';

/** What a program in another language links. */
export class PythonLibrary extends Buildable {
  override readonly typeName = 'PythonLibrary';
  readonly #executable: PythonExecutableValue;
  readonly #kind: PythonLibraryValue['kind'];

  constructor(executable: PythonExecutableValue, kind: PythonLibraryValue['kind']) {
    super();
    this.#executable = executable;
    this.#kind = kind;
  }

  override value(): PythonLibraryValue {
    return { type: 'PythonLibrary', executable: this.#executable, kind: this.#kind };
  }
}

export const pythonLibraryType: TypeDeclaration = {
  name: 'PythonLibrary',
  doc: 'A library with a Python interpreter and what an executable packs, for programs in C and other languages. Made by `PythonExecutable.to_library()`. As a target it is built to `include/oxd.h`, `lib/libNAME.a` or `.so`, and `lib/pkgconfig/NAME.pc`. Not in PyOxidizer.',
  generation: 'modern',
  attributes: [],
  methods: [buildMethod],
};
