//! The interpreter config: each setting is declared once, with its kind and its name in the image's JSON
//! (daemon/executable/interpreter-config.ts).

use super::choices::{Allocator, AllocatorBackend, CheckHashPycs, LocaleCoercion, StartMethod};
use super::error::Error;
use super::extension::ExtensionModule;
use super::json::Fields;
use super::resources::PackedResources;
use crate::payload::Payload;
use std::ffi::OsString;

macro_rules! field {
    (text) => { Option<String> };
    (texts) => { Vec<String> };
    (maybe $type:ty) => { Option<$type> };
    (is $type:ty) => { $type };
}

macro_rules! setter {
    ([$(#[$doc:meta])+] $name:ident text) => {
        $(#[$doc])+
        #[must_use]
        pub fn $name(mut self, value: impl Into<String>) -> Self {
            self.$name = Some(value.into());
            self
        }
    };
    ([$(#[$doc:meta])+] $name:ident texts) => {
        $(#[$doc])+
        #[must_use]
        pub fn $name<T: Into<String>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
            self.$name = values.into_iter().map(Into::into).collect();
            self
        }
    };
    ([$(#[$doc:meta])+] $name:ident maybe $type:ty) => {
        $(#[$doc])+
        #[must_use]
        pub fn $name(mut self, value: $type) -> Self {
            self.$name = Some(value);
            self
        }
    };
    ([$(#[$doc:meta])+] $name:ident is $type:ty) => {
        $(#[$doc])+
        #[must_use]
        pub fn $name(mut self, value: $type) -> Self {
            self.$name = value;
            self
        }
    };
}

macro_rules! settings {
    ($( $(#[$doc:meta])+ $name:ident: $kind:ident $(($type:ty))? = $json:literal; )*) => {
        /// How an interpreter is set up and what it runs.
        ///
        /// The default is as isolated as `python -I`, on the tree that is packed into the executable, with nothing to
        /// run. [`PackedResources::config`] gives what was configured when a tree was packed. Every field has a setter
        /// of its name. In paths `$ORIGIN` stands for the directory of the executable.
        ///
        /// ```
        /// use oxd_runtime::{InterpreterConfig, Run};
        ///
        /// let config = InterpreterConfig::default()
        ///     .run(Run::Module("http.server".into()))
        ///     .search_paths(["$ORIGIN/plugins"])
        ///     .utf8_mode(true);
        /// assert_eq!(config.search_paths, ["$ORIGIN/plugins"]);
        /// assert!(!config.use_environment);
        /// ```
        #[derive(Debug, Clone, Default)]
        #[non_exhaustive]
        pub struct InterpreterConfig {
            /// What [`Interpreter::run`](crate::Interpreter::run) runs.
            pub run: Run,
            /// Where the packed tree is.
            pub resources: PackedResources,
            /// Extension modules of the program's own, to be imported as built-in ones.
            pub extra_extension_modules: Vec<ExtensionModule>,
            /// The command line, the program's name first; that of the process where absent.
            pub arguments: Option<Vec<OsString>>,
            $( $(#[$doc])+ pub $name: field!($kind $($type)?), )*
        }

        impl InterpreterConfig {
            /// What [`Interpreter::run`](crate::Interpreter::run) runs.
            #[must_use]
            pub fn run(mut self, run: Run) -> Self {
                self.run = run;
                self
            }

            /// Where the packed tree is.
            #[must_use]
            pub fn resources(mut self, resources: PackedResources) -> Self {
                self.resources = resources;
                self
            }

            /// Extension modules of the program's own, to be imported as built-in ones.
            #[must_use]
            pub fn extra_extension_modules(mut self, modules: impl IntoIterator<Item = ExtensionModule>) -> Self {
                self.extra_extension_modules = modules.into_iter().collect();
                self
            }

            /// The command line, the program's name first.
            #[must_use]
            pub fn arguments<T: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
                self.arguments = Some(arguments.into_iter().map(Into::into).collect());
                self
            }

            $( setter!([$(#[$doc])+] $name $kind $($type)?); )*

            fn read(fields: &Fields) -> Result<Self, String> {
                Ok(Self {
                    run: Run::read(fields)?,
                    resources: PackedResources::default(),
                    extra_extension_modules: vec![],
                    arguments: None,
                    $( $name: fields.read($json)?, )*
                })
            }
        }
    };
}

settings! {
    /// A file that holds the packed tree in place of the executable.
    packed_file: text = "packedFile";
    /// Further entries of `sys.path`, before the packed ones.
    search_paths: texts = "searchPaths";
    /// Further folders of packed packages, each written as `PACKAGE=FOLDER`: where else their modules are.
    package_portions: texts = "packagePortions";
    /// As `python -O` (1) and `-OO` (2): which of the packed bytecode is used.
    optimization_level: is(u8) = "optimizationLevel";
    /// Whether `sys.frozen` is set, for programs that ask whether they are packed.
    sys_frozen: is(bool) = "sysFrozen";
    /// Whether `sys._MEIPASS` names the directory of the executable.
    sys_meipass: is(bool) = "sysMeipass";
    /// Whether `PYTHON…` variables count.
    use_environment: is(bool) = "useEnvironment";
    /// False: packed modules come from importlib's own finder, which reads them as files.
    oxidized_importer: maybe(bool) = "oxidizedImporter";
    /// False: nothing is imported from folders and zip files of the machine.
    filesystem_importer: maybe(bool) = "filesystemImporter";
    /// Whether the user's own site-packages are on `sys.path`.
    user_site: is(bool) = "userSite";
    /// Whether the module `site` is imported at the start.
    site_import: is(bool) = "siteImport";
    /// Whether bytecode is written beside sources that are not packed.
    write_bytecode: is(bool) = "writeBytecode";
    /// As `python -u`.
    unbuffered_stdio: is(bool) = "unbufferedStdio";
    /// As `python -b` (1) and `-bb` (2).
    bytes_warning: is(i32) = "bytesWarning";
    /// As `python -q`.
    quiet: is(bool) = "quiet";
    /// As `python -i`: a prompt after the program.
    inspect: is(bool) = "inspect";
    /// Whether standard input counts as a terminal.
    interactive: is(bool) = "interactive";
    /// As `python -v`, given that often.
    verbose: is(i32) = "verbose";
    /// As `python -d`.
    parser_debug: is(bool) = "parserDebug";
    /// As `python -X dev`.
    development_mode: is(bool) = "developmentMode";
    /// As `python -X utf8`.
    utf8_mode: maybe(bool) = "utf8Mode";
    /// As `PYTHONHASHSEED`.
    hash_seed: maybe(u64) = "hashSeed";
    /// As `PYTHONIOENCODING`: an encoding, or `encoding:errors`.
    stdio_encoding: text = "stdioEncoding";
    /// The encoding of file names.
    filesystem_encoding: text = "filesystemEncoding";
    /// The error handler of that encoding.
    filesystem_errors: text = "filesystemErrors";
    /// As `python --check-hash-based-pycs`.
    check_hash_pycs_mode: maybe(CheckHashPycs) = "checkHashPycsMode";
    /// Where CPython takes memory from.
    allocator: maybe(Allocator) = "allocator";
    /// What serves the domains below. [`AllocatorBackend::Rust`] is always there, the others are features of this crate.
    allocator_backend: maybe(AllocatorBackend) = "allocatorBackend";
    /// Whether the backend serves the raw domain: `PyMem_RawMalloc`.
    allocator_raw: is(bool) = "allocatorRaw";
    /// Whether the backend serves the mem domain: `PyMem_Malloc`.
    allocator_mem: is(bool) = "allocatorMem";
    /// Whether the backend serves the obj domain: `PyObject_Malloc`.
    allocator_obj: is(bool) = "allocatorObj";
    /// Whether the backend serves pymalloc's arenas. Not together with the mem and obj domains, which replace pymalloc.
    allocator_pymalloc_arena: is(bool) = "allocatorPymallocArena";
    /// Whether CPython checks what is written to memory.
    allocator_debug: is(bool) = "allocatorDebug";
    /// Whether the locale of the environment counts for characters.
    configure_locale: maybe(bool) = "configureLocale";
    /// Whether the C locale becomes one of UTF-8.
    coerce_c_locale: maybe(LocaleCoercion) = "coerceCLocale";
    /// Whether a warning says so.
    coerce_c_locale_warn: maybe(bool) = "coerceCLocaleWarn";
    /// Whether the command line is that of `python`: `-c`, `-m`, `-X` and so on.
    parse_argv: is(bool) = "parseArgv";
    /// Whether `sys.argvb` has the arguments as bytes.
    argvb: is(bool) = "argvb";
    /// Whether C's standard streams are set up as `python` does.
    configure_c_stdio: maybe(bool) = "configureCStdio";
    /// Whether SIGINT becomes `KeyboardInterrupt` and SIGPIPE is ignored.
    install_signal_handlers: maybe(bool) = "installSignalHandlers";
    /// As `python -X faulthandler`.
    fault_handler: maybe(bool) = "faultHandler";
    /// As `python -X tracemalloc`.
    tracemalloc: maybe(bool) = "tracemalloc";
    /// As `python -X importtime`.
    import_time: maybe(bool) = "importTime";
    /// Whether memory statistics are printed at the end.
    malloc_stats: maybe(bool) = "mallocStats";
    /// Does something in debug builds of CPython only.
    dump_refs: maybe(bool) = "dumpRefs";
    /// Does something in debug builds of CPython only.
    show_ref_count: maybe(bool) = "showRefCount";
    /// Whether CPython warns of paths that it cannot compute. It has none to compute here.
    pathconfig_warnings: maybe(bool) = "pathconfigWarnings";
    /// As `python -x`.
    skip_first_source_line: is(bool) = "skipFirstSourceLine";
    /// As of `python -W`.
    warn_options: texts = "warnOptions";
    /// As of `python -X`.
    x_options: texts = "xOptions";
    /// `PyConfig.home`, before `PYTHONHOME`.
    home: text = "home";
    /// `sys.prefix`; the packed tree where absent, as for the next three.
    prefix: text = "prefix";
    /// `sys.exec_prefix`.
    exec_prefix: text = "execPrefix";
    /// `sys.base_prefix`.
    base_prefix: text = "basePrefix";
    /// `sys.base_exec_prefix`.
    base_exec_prefix: text = "baseExecPrefix";
    /// `sys.executable`; the interpreter of the packed tree where absent, as for the next two.
    executable: text = "executable";
    /// `sys._base_executable`.
    base_executable: text = "baseExecutable";
    /// `PyConfig.program_name`.
    program_name: text = "programName";
    /// As `PYTHONPYCACHEPREFIX`.
    pycache_prefix: text = "pycachePrefix";
    /// What `PYTHONPATH` would say.
    python_path_env: text = "pythonPathEnv";
    /// What multiprocessing starts children by, unless the program chooses.
    multiprocessing_start_method: maybe(StartMethod) = "multiprocessingStartMethod";
    /// False: `--multiprocessing-fork` as the first argument is one for the program, not the mark of a child.
    multiprocessing_auto_dispatch: maybe(bool) = "multiprocessingAutoDispatch";
    /// Value of `TERMINFO_DIRS`, unless the user has set it.
    terminfo_dirs: text = "terminfoDirs";
    /// Name of a variable: when it is set to a directory, the names of modules are written there as they are imported.
    write_modules_directory_env: text = "writeModulesDirectoryEnv";
    /// As `write_modules_directory_env`, and for packed files that are read; `oxd trim` watches programs by it.
    record_use_directory_env: text = "recordUseDirectoryEnv";
    /// The list of names that decided what is packed, for who misses a module.
    trimmed_by: text = "trimmedBy";
    /// Where Tcl's scripts are, for `TCL_LIBRARY`: a folder of the tree, or one below `$ORIGIN`.
    tcl_library: text = "tclLibrary";
    /// Path in the tree of the libpython to load, for programs that are linked without one.
    shared_library: text = "sharedLibrary";
}

/// What an interpreter runs, as [`Interpreter::run`](crate::Interpreter::run) is asked to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Run {
    /// Python code, as `python -c`.
    Eval(String),
    /// A module or package, as `python -m`.
    Module(String),
    /// A script.
    File(String),
    /// The prompt.
    Repl,
    /// Nothing.
    #[default]
    Noop,
}

impl InterpreterConfig {
    /// Reads what oxd has written: the JSON object of docs/reference/image-format.md. Absent fields keep their defaults.
    ///
    /// ```
    /// use oxd_runtime::{InterpreterConfig, PYTHON_VERSION, Run};
    ///
    /// let json = format!(r#"{{"pythonVersion": "{PYTHON_VERSION}", "run": {{"mode": "repl"}}, "quiet": true}}"#);
    /// let config = InterpreterConfig::from_json(&json)?;
    /// assert_eq!((config.run, config.quiet), (Run::Repl, true));
    /// # Ok::<(), oxd_runtime::Error>(())
    /// ```
    pub fn from_json(json: &str) -> Result<InterpreterConfig, Error> {
        InterpreterConfig::from_fields(&Fields::parse(json).map_err(|reason| Error::Config { reason })?)
    }

    pub(super) fn from_fields(fields: &Fields) -> Result<InterpreterConfig, Error> {
        let refuse = |reason: String| Error::Config { reason };
        let version = fields.needed("pythonVersion").map_err(refuse)?;
        if version != crate::PYTHON_VERSION {
            return Err(Error::Version { packed: version });
        }
        InterpreterConfig::read(fields).map_err(refuse)
    }

    /// What a tree was packed with.
    pub(super) fn packed(payload: &Payload) -> Result<InterpreterConfig, Error> {
        let json = std::str::from_utf8(payload.config());
        InterpreterConfig::from_json(json.map_err(|_| Error::Config { reason: "it is not UTF-8".into() })?)
    }

    /// Whether CPython's own main runs the program: it parses arguments before, or shows its prompt after.
    pub(super) fn is_left_to_python(&self) -> bool {
        self.parse_argv || self.inspect
    }
}

impl Run {
    fn read(fields: &Fields) -> Result<Run, String> {
        let run = fields.object("run")?;
        match run.needed("mode")?.as_str() {
            "eval" => Ok(Run::Eval(run.needed("code")?)),
            "module" => Ok(Run::Module(run.needed("name")?)),
            "file" => Ok(Run::File(run.needed("path")?)),
            "repl" => Ok(Run::Repl),
            "noop" => Ok(Run::Noop),
            other => Err(format!("\"run.mode\" is {other:?}")),
        }
    }
}
