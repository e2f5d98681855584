// What PyOxidizer's two configuration APIs consist of, as facts: 0.6 and 0.7 ("legacy"), 0.8 to 0.24 ("modern"). Written
// from its documentation and code, not from our declarations, so that a test can compare the two.

/** "pip_install(args, extra_envs=None)": names, order and defaults. */
export type Signature = string;
/** `licenses_filename: str | None = "COPYING.txt"`: name, type, and the default of a new value. */
export type Attribute = string;

export type DocumentedType = {
  readonly constructors?: readonly Signature[];
  readonly attributes?: readonly Attribute[];
  readonly readOnly?: readonly Attribute[];
  readonly methods?: readonly Signature[];
};

export const documentedConstants: Readonly<Record<string, string>> = {
  VARS: 'dict[str, str | None]',
  CWD: 'str',
  CONFIG_PATH: 'str',
  BUILD_TARGET_TRIPLE: 'str',
  CONTEXT: 'BuildContext',
  BUILD_CONTEXT: 'BuildContext',
};

export const documentedFunctions: readonly Signature[] = [
  'print(*args)',
  'register_target(target, callable, depends=None, default=False, default_build_script=False)',
  'resolve_target(target)',
  'resolve_targets()',
  'set_build_path(path)',
  'glob(include, exclude=None, strip_prefix=None)',
  'default_python_distribution(flavor="standalone", build_target=None, python_version=None)',
  'can_prompt()',
  'prompt_confirm(prompt, default=None)',
  'prompt_input(prompt, default=None)',
  'prompt_password(prompt, confirm=False, default=None)',
  'code_signer_from_pfx_file(path, password)',
  'code_signer_from_windows_store_sha1_thumbprint(thumbprint, store="my")',
  'code_signer_from_windows_store_subject(subject, store="my")',
  'code_signer_from_windows_store_auto()',
];

const finders: readonly Signature[] = [
  'pip_install(args, extra_envs=None)',
  'read_package_root(path, packages)',
  'read_virtualenv(path)',
  'setup_py_install(package_path, extra_envs=None, extra_global_arguments=None)',
];

/** Each addition of 0.7 also exists in memory and relative to the executable. */
const family = (what: string, parameters: string): readonly Signature[] => [
  `add_${what}(${parameters})`,
  `add_in_memory_${what}(${parameters})`,
  `add_filesystem_relative_${what}(prefix, ${parameters})`,
];

const forms = 'add_source_module=True, add_bytecode_module=True, optimize_level=0';

const resourceAttributes: readonly Attribute[] = [
  'add_include: bool',
  'add_location: str',
  'add_location_fallback: str | None',
  'add_source: bool',
  'add_bytecode_optimization_level_zero: bool',
  'add_bytecode_optimization_level_one: bool',
  'add_bytecode_optimization_level_two: bool',
];

const maybe = (type: string, names: string): readonly Attribute[] =>
  names.split(/\s+/).map((name) => `${name}: ${type} | None = None`);

const untyped = (names: string): readonly Attribute[] => names.split(' ');

const wixParts = 'id_prefix, product_name, product_version, product_manufacturer';

export const documentedTypes: Readonly<Record<string, DocumentedType>> = {
  PythonDistribution: {
    constructors: ['PythonDistribution(sha256, local_path=None, url=None, flavor="standalone")'],
    methods: [
      'make_python_packaging_policy()',
      'make_python_interpreter_config()',
      'python_resources()',
      'to_python_executable(name, packaging_policy=None, config=None)',
      'to_python_executable(name, resources_policy="in-memory-only", config=None, extension_module_filter="all", preferred_extension_module_variants=None, include_sources=True, include_resources=False, include_test=False)',
      'to_python_executable(name, config=None, extension_module_filter="all", preferred_extension_module_variants=None, include_sources=True, include_resources=False, include_test=False)',
      'extension_modules(filter="all", preferred_variants=None)',
      'source_modules()',
      'package_resources(include_test=False)',
      'resources_data(include_test=False)',
      ...finders,
    ],
  },
  PythonExecutable: {
    attributes: [
      'licenses_filename: str | None = "COPYING.txt"',
      'packed_resources_load_mode: str = "embedded:packed-resources"',
      'tcl_files_path: str | None = None',
      'windows_runtime_dlls_mode: "never" | "when-present" | "always" = "when-present"',
      'windows_subsystem: "console" | "windows" = "console"',
    ],
    methods: [
      'build(target)',
      'make_python_module_source(name, source, is_package=False)',
      'pip_download(args)',
      ...finders,
      'add_cargo_manifest_licensing(manifest_path, all_features=False, features=None)',
      'filter_resources_from_files(files=None, glob_files=None)',
      'to_embedded_resources()',
      'to_embedded_data()',
      'to_file_manifest(prefix)',
      `to_wix_bundle_builder(${wixParts}, msi_builder_callback=None)`,
      `to_wix_msi_builder(${wixParts})`,
      ...family('module_source', 'module'),
      ...family('module_bytecode', 'module, optimize_level=0'),
      ...family('package_resource', 'resource'),
      ...family('package_distribution_resource', 'resource'),
      ...family('extension_module', 'module'),
      ...family('python_resource', `resource, ${forms}`),
      ...family('python_resources', `resources, ${forms}`),
    ],
  },
  PythonPackagingPolicy: {
    attributes: [
      'allow_files: bool = False',
      'allow_in_memory_shared_library_loading: bool = False',
      'bytecode_optimize_level_zero: bool = True',
      'bytecode_optimize_level_one: bool = False',
      'bytecode_optimize_level_two: bool = False',
      'extension_module_filter: "minimal" | "all" | "no-libraries" | "no-copyleft" = "all"',
      'file_scanner_classify_files: bool = True',
      'file_scanner_emit_files: bool = False',
      'include_classified_resources: bool = True',
      'include_distribution_sources: bool = True',
      'include_distribution_resources: bool = False',
      'include_file_resources: bool = False',
      'include_non_distribution_sources: bool = True',
      'include_test: bool = False',
      'resources_location: str = "in-memory"',
      'resources_location_fallback: str | None = None',
    ],
    readOnly: ['preferred_extension_module_variants: dict[str, str] = {}'],
    methods: [
      'register_resource_callback(func)',
      'set_preferred_extension_module_variant(name, value)',
      'set_resource_handling_mode(mode)',
    ],
  },
  PythonInterpreterConfig: {
    constructors: [
      'PythonInterpreterConfig(bytes_warning=0, ignore_environment=True, inspect=False, interactive=False, isolated=False, legacy_windows_fs_encoding=False, legacy_windows_stdio=False, optimize_level=0, parser_debug=False, stdio_encoding=None, unbuffered_stdio=False, filesystem_importer=False, quiet=False, run_eval=None, run_file=None, run_module=None, run_noop=False, run_repl=False, site_import=False, sys_frozen=False, sys_meipass=False, sys_paths=None, raw_allocator=None, terminfo_resolution="dynamic", terminfo_dirs=None, use_hash_seed=False, user_site_directory=False, verbose=0, write_bytecode=False, write_modules_directory_env=None)',
    ],
    attributes: [
      'config_profile: "isolated" | "python" = "isolated"',
      'allocator_backend: "default" | "jemalloc" | "mimalloc" | "snmalloc" | "rust" = "jemalloc"',
      'allocator_raw: bool = True',
      'allocator_mem: bool = False',
      'allocator_obj: bool = False',
      'allocator_pymalloc_arena: bool = False',
      'allocator_debug: bool = False',
      'oxidized_importer: bool = True',
      'filesystem_importer: bool = False',
      'argvb: bool = False',
      'multiprocessing_auto_dispatch: bool = True',
      'multiprocessing_start_method: "none" | "fork" | "forkserver" | "spawn" | "auto" = "auto"',
      'sys_frozen: bool = True',
      'sys_meipass: bool = False',
      'terminfo_resolution: str | None = "dynamic"',
      'write_modules_directory_env: str | None = None',
      'allocator: "not-set" | "default" | "debug" | "malloc" | "malloc-debug" | "py-malloc" | "py-malloc-debug" | None = None',
      'configure_locale: bool | None = True',
      'coerce_c_locale: "LC_CTYPE" | "C" | None = None',
      'bytes_warning: "none" | "warn" | "raise" | None = None',
      'check_hash_pycs_mode: "always" | "never" | "default" | None = None',
      ...maybe(
        'bool',
        'coerce_c_locale_warn development_mode isolated legacy_windows_fs_encoding parse_argv use_environment utf8_mode',
      ),
      ...maybe(
        'str',
        'base_exec_prefix base_executable base_prefix exec_prefix executable home prefix program_name pycache_prefix python_path_env',
      ),
      ...maybe(
        'bool',
        'buffered_stdio configure_c_stdio dump_refs fault_handler import_time inspect install_signal_handlers interactive legacy_windows_stdio malloc_stats parser_debug pathconfig_warnings quiet show_ref_count site_import skip_first_source_line tracemalloc user_site_directory write_bytecode verbose',
      ),
      ...maybe(
        'str',
        'filesystem_encoding filesystem_errors stdio_encoding stdio_errors run_command run_module run_filename',
      ),
      ...maybe('int', 'hash_seed optimization_level'),
      ...maybe('list[str]', 'module_search_paths warn_options x_options'),
    ],
  },
  PythonModuleSource: {
    // `package` is in PyOxidizer's documentation only; a documented callback needs it.
    readOnly: ['name: str', 'source: str', 'is_package: bool', 'is_stdlib: bool', 'package: str'],
    attributes: resourceAttributes,
  },
  PythonSourceModule: { readOnly: ['name: str', 'is_package: bool'] },
  PythonBytecodeModule: { readOnly: ['name: str', 'optimize_level: int', 'is_package: bool'] },
  PythonExtensionModule: { readOnly: ['name: str', 'is_stdlib: bool'], attributes: resourceAttributes },
  PythonPackageResource: {
    readOnly: ['package: str', 'name: str', 'is_stdlib: bool'],
    attributes: resourceAttributes,
  },
  PythonPackageDistributionResource: {
    readOnly: ['package: str', 'name: str', 'is_stdlib: bool'],
    attributes: resourceAttributes,
  },
  File: { readOnly: ['path: str', 'is_executable: bool'], attributes: resourceAttributes },
  FileManifest: {
    constructors: ['FileManifest()'],
    methods: [
      'build(target)',
      'add_manifest(other)',
      'add_file(content, path=None, directory=None)',
      'add_path(path, strip_prefix, force_read=False)',
      'get_file(path)',
      'paths()',
      'remove(path)',
      'install(path, replace=True)',
      'add_python_resource(prefix, value)',
      'add_python_resources(prefix, values)',
    ],
  },
  FileContent: {
    constructors: ['FileContent(path=None, filename=None, content=None, executable=None)'],
    attributes: ['executable: bool', 'filename: str'],
    methods: ['write_to_directory(path)'],
  },
  PythonEmbeddedResources: { methods: ['build(target)'] },
  AppleUniversalBinary: {
    constructors: ['AppleUniversalBinary(filename)'],
    methods: ['add_path(path)', 'add_file(content)', 'to_file_content()', 'write_to_directory(path)'],
  },
  MacOsApplicationBundleBuilder: {
    constructors: ['MacOsApplicationBundleBuilder(bundle_name)'],
    methods: [
      'add_icon(path)',
      'add_manifest(manifest)',
      'add_macos_file(content, path=None)',
      'add_macos_manifest(manifest)',
      'add_resources_file(content, path=None)',
      'add_resources_manifest(manifest)',
      'set_info_plist_key(key, value)',
      'set_info_plist_required_keys(display_name, identifier, version, signature, executable)',
      'build(target)',
      'write_to_directory(path)',
    ],
  },
  PythonWheelBuilder: {
    constructors: ['PythonWheelBuilder(distribution, version)'],
    attributes: [
      'build_tag: str | None = None',
      'tag: str = "py3-none-any"',
      'python_tag: str',
      'abi_tag: str',
      'platform_tag: str',
      'generator: str',
      'root_is_purelib: bool',
      'modified_time: int',
    ],
    readOnly: ['wheel_file_name: str'],
    methods: [
      'add_file_dist_info(file, path=None, directory=None)',
      'add_file_data(destination, file, path=None, directory=None)',
      'add_file(file, path=None, directory=None)',
      'to_file_content()',
      'write_to_directory(path)',
      'build(target)',
    ],
  },
  SnapApp: {
    constructors: ['SnapApp()'],
    attributes: untyped(
      'adapter autostart command_chain command common_id daemon desktop environment extensions listen_stream passthrough plugs post_stop_command restart_condition slots stop_command stop_timeout timer socket_mode socket',
    ),
  },
  SnapPart: {
    constructors: ['SnapPart()'],
    attributes: untyped(
      'after build_attributes build_environment build_packages build_snaps filesets organize override_build override_prime override_pull override_stage parse_info plugin prime source source_branch source_checksum source_commit source_depth source_subdir source_tag source_type stage_packages stage_snaps stage',
    ),
  },
  Snap: {
    constructors: ['Snap(name, version, summary, description)'],
    attributes: untyped(
      'adopt_info apps architectures assumes base confinement description grade icon license name passthrough parts plugs slots summary title type version',
    ),
    methods: ['to_builder()'],
  },
  SnapcraftBuilder: {
    constructors: ['SnapcraftBuilder(snap)'],
    methods: ['add_invocation(args, purge_build=None)', 'add_file_manifest(manifest)', 'build(target)'],
  },
  WiXInstaller: {
    constructors: ['WiXInstaller(id, filename, arch="x64")'],
    attributes: [
      'arch: "x64" | "x86" | "arm64" = "x64"',
      'install_files_root_directory_id: str = "APPLICATIONFOLDER"',
      'install_files_wxs_path: str',
    ],
    methods: [
      'add_build_file(build_path, filesystem_path, force_read=False)',
      'add_build_files(manifest)',
      'add_install_file(install_path, filesystem_path, force_read=False)',
      'add_install_files(manifest)',
      'add_msi_builder(builder)',
      `add_simple_installer(${wixParts}, program_files)`,
      'add_wxs_file(path, preprocessor_parameters=None)',
      'set_variable(key, value)',
      'to_file_content()',
      'write_to_directory(path)',
      'build(target)',
    ],
  },
  WiXMSIBuilder: {
    constructors: [`WiXMSIBuilder(${wixParts}, arch="x64")`],
    attributes: untyped(
      'arch banner_bmp_path dialog_bmp_path eula_rtf_path help_url license_path msi_filename package_description package_keywords product_icon_path upgrade_code',
    ),
    methods: [
      'add_program_files_manifest(manifest)',
      'add_visual_cpp_redistributable(redist_version, platform)',
      'to_file_content()',
      'write_to_directory(path)',
      'build(target)',
    ],
  },
  WiXBundleBuilder: {
    constructors: ['WiXBundleBuilder(id_prefix, name, version, manufacturer, arch="x64")'],
    methods: [
      'add_condition(condition, message)',
      'add_vc_redistributable(platform)',
      'add_wix_msi_builder(builder, display_internal_ui=False, install_condition=None)',
      'to_file_content()',
      'write_to_directory(path)',
      'build(target)',
    ],
  },
  CodeSigner: {
    methods: [
      'activate()',
      'chain_issuer_certificates_pem_file(path)',
      'chain_issuer_certificates_macos_keychain()',
      'set_time_stamp_server(url)',
      'set_signing_callback(func)',
    ],
  },
  CodeSigningRequest: {
    readOnly: ['action: str', 'filename: str', 'path: str | None'],
    attributes: ['defer: bool', 'prevent_signing: bool'],
  },
};
