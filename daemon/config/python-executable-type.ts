import { buildMethod } from './buildable.ts';
import { ConfigError } from './config-object.ts';
import { membersOf, type TypeDeclaration } from './declaration.ts';
import { EmbeddedResources } from './embedded-resources.ts';
import { FileManifest } from './file-manifest.ts';
import { relativePath } from './location.ts';
import { bool, choice, listOf, optional, str, withDefault } from './parameter.ts';
import { additions, legacyAdditions } from './python-executable-additions.ts';
import type { PythonExecutable } from './python-executable.ts';
import { licensingAttributes, licensingMethod } from './python-executable-licensing.ts';
import { PythonLibrary } from './python-library.ts';
import { finderMethods } from './resource-finder.ts';
import { installerMethodsOfExecutable } from './python-executable-installers.ts';
import { ResourceObject } from './resource-object.ts';

const { attribute, method } = membersOf<PythonExecutable>();

export const pythonExecutableType: TypeDeclaration = {
  name: 'PythonExecutable',
  doc: 'A program with a Python interpreter and what it packs. Made by `PythonDistribution.to_python_executable()`. As a target it is built and can be run.',
  generation: 'both',
  attributes: [
    ...licensingAttributes,
    attribute({
      name: 'packed_resources_load_mode',
      doc: 'Where packed resources are: `embedded:FILE` in the executable, whatever the name; `binary-relative-memory-mapped:FILE` in a file beside it, which is mapped when the program starts; `none` nowhere: the program needs a standard library in files, which `module_search_paths` of its interpreter configuration names. A library made of the executable (`to_library`) has them in the same place: the file beside it belongs beside the program that links it.',
      generation: 'modern',
      check: str,
      default: '"embedded:packed-resources"',
      get: (self) => self.packedResourcesLoadMode,
      set(self, value) {
        if (!/^(none|embedded:.+|binary-relative-memory-mapped:.+)$/.test(value))
          throw new ConfigError(
            `unable to parse packed resources load mode ${JSON.stringify(value)}`,
            'use "none", "embedded:FILE" or "binary-relative-memory-mapped:FILE"',
          );
        if (value.startsWith('binary-')) relativePath(value.slice(value.indexOf(':') + 1));
        self.packedResourcesLoadMode = value;
      },
    }),
    attribute({
      name: 'tcl_files_path',
      doc: 'Folder beside the executable that gets the files of Tcl and Tk; the program then has `TCL_LIBRARY` set to its `tcl8.6`. None: they are packed, where the program has `_tkinter`.',
      generation: 'modern',
      check: optional(str),
      default: 'None',
      get: (self) => self.tclFilesPath,
      set: (self, value) => {
        self.tclFilesPath = value === undefined ? undefined : relativePath(value);
      },
    }),
    attribute({
      name: 'windows_runtime_dlls_mode',
      doc: 'Accepted for compatibility: matters on Windows only.',
      generation: 'modern',
      check: choice(['never', 'when-present', 'always']),
      default: '"when-present"',
      get: (self) => self.windowsRuntimeDllsMode,
      set: (self, value) => {
        self.windowsRuntimeDllsMode = value;
      },
    }),
    attribute({
      name: 'windows_subsystem',
      doc: 'Accepted for compatibility: matters on Windows only.',
      generation: 'modern',
      check: choice(['console', 'windows']),
      default: '"console"',
      get: (self) => self.windowsSubsystem,
      set: (self, value) => {
        self.windowsSubsystem = value;
      },
    }),
  ],
  methods: [
    buildMethod,
    ...finderMethods<PythonExecutable>({
      generation: 'modern',
      distribution: (self) => self.distribution,
      policy: (self) => self.policy,
    }),
    method({
      name: 'make_python_module_source',
      doc: 'A module from source code given as text.',
      generation: 'modern',
      parameters: { name: str, source: str, is_package: withDefault(bool, false) },
      returns: 'PythonModuleSource',
      call(self, { name, source, is_package }, evaluation) {
        if (!/^[^.\s/]+(\.[^.\s/]+)*$/.test(name))
          throw new ConfigError(`invalid module name ${JSON.stringify(name)}`);
        const row = {
          kind: 'module-source',
          name,
          path: name.replaceAll('.', '/') + (is_package ? '/__init__.py' : '.py'),
          package: '',
          isPackage: is_package,
          isStdlib: false,
          isTest: false,
          isExecutable: false,
        } as const;
        const attributes = self.policy.attributesOf(row);
        const made = new ResourceObject(row, { at: 'inline', source }, { attributes });
        self.policy.applyCallbacks(evaluation, made);
        return made;
      },
    }),
    ...additions,
    ...legacyAdditions,
    licensingMethod,
    method({
      name: 'filter_resources_from_files',
      doc: 'Keeps only resources whose name is in one of the files, which have a name per line; `#` starts a comment line. Acts on all that was added so far, the standard library included. `oxd trim` writes such a file, in which lines with a slash are patterns of files that are not modules.',
      parameters: { files: optional(listOf(str)), glob_files: optional(listOf(str)) },
      call(self, { files, glob_files }, evaluation) {
        self.filter(evaluation, files ?? [], glob_files ?? []);
      },
    }),
    ...['to_embedded_resources', 'to_embedded_data'].map((name) =>
      method({
        name,
        doc: 'What a Cargo build script needs to embed this executable in a Rust project.',
        instead: name === 'to_embedded_data' ? '`to_embedded_resources()`' : undefined,
        generation: name === 'to_embedded_data' ? 'legacy' : 'both',
        parameters: {},
        returns: 'PythonEmbeddedResources',
        call: (self, _values, evaluation) => new EmbeddedResources(self.value(evaluation)),
      }),
    ),
    method({
      name: 'to_library',
      doc: 'A library with the same contents for programs in C and other languages: "shared" or "static". Not in PyOxidizer.',
      generation: 'modern',
      parameters: { kind: withDefault(choice(['shared', 'static']), 'shared') },
      returns: 'PythonLibrary',
      call: (self, { kind }, evaluation) => new PythonLibrary(self.value(evaluation), kind),
    }),
    method({
      name: 'to_file_manifest',
      doc: 'A manifest with the executable, and the files that belong beside it, in the folder `prefix`.',
      generation: 'modern',
      parameters: { prefix: str },
      returns: 'FileManifest',
      call(self, { prefix }, evaluation) {
        const manifest = new FileManifest();
        manifest.addExecutable(relativePath(prefix), self, evaluation);
        return manifest;
      },
    }),
    ...installerMethodsOfExecutable,
  ],
};
