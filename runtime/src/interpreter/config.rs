//! The interpreter config of the image: the names of daemon/executable/interpreter-config.ts.

use std::collections::HashMap;
use tinyjson::JsonValue;

pub struct Config {
    /// Such as "3.11".
    pub python_version: String,
    pub run: Run,
    pub search_paths: Vec<String>,
    pub optimization_level: u8,
    pub sys_frozen: bool,
    pub sys_meipass: bool,
    pub use_environment: bool,
    pub user_site: bool,
    pub site_import: bool,
    pub write_bytecode: bool,
    pub unbuffered_stdio: bool,
    pub bytes_warning: i32,
    pub quiet: bool,
    pub inspect: bool,
    pub interactive: bool,
    pub verbose: i32,
    pub parser_debug: bool,
    pub development_mode: bool,
    pub utf8_mode: Option<bool>,
    pub hash_seed: Option<u64>,
    pub stdio_encoding: Option<String>,
    pub filesystem_encoding: Option<String>,
    pub filesystem_errors: Option<String>,
    pub check_hash_pycs_mode: Option<String>,
    /// `PYMEM_ALLOCATOR_…`: see `ALLOCATORS`.
    pub allocator: Option<i32>,
    pub configure_locale: Option<bool>,
    /// 1: of LC_CTYPE, 2: of all.
    pub coerce_c_locale: Option<i32>,
    pub coerce_c_locale_warn: Option<bool>,
    pub parse_argv: bool,
    pub argvb: bool,
    pub configure_c_stdio: Option<bool>,
    pub install_signal_handlers: Option<bool>,
    pub fault_handler: Option<bool>,
    pub tracemalloc: Option<bool>,
    pub import_time: Option<bool>,
    pub malloc_stats: Option<bool>,
    pub dump_refs: Option<bool>,
    pub show_ref_count: Option<bool>,
    pub skip_first_source_line: bool,
    pub warn_options: Vec<String>,
    pub x_options: Vec<String>,
    pub paths: Paths,
    pub multiprocessing_start_method: Option<String>,
    pub terminfo_dirs: Option<String>,
    pub write_modules_directory_env: Option<String>,
    /// A folder of the tree, or one below "$ORIGIN".
    pub tcl_library: Option<String>,
    #[cfg(oxd_shared_python)]
    pub shared_library: Option<String>,
}

/// Fields of `PyConfig` that are the tree's own where they are absent. "$ORIGIN" is not yet replaced.
pub struct Paths {
    pub home: Option<String>,
    pub prefix: Option<String>,
    pub exec_prefix: Option<String>,
    pub base_prefix: Option<String>,
    pub base_exec_prefix: Option<String>,
    pub executable: Option<String>,
    pub base_executable: Option<String>,
    pub program_name: Option<String>,
    pub pycache_prefix: Option<String>,
    pub python_path_env: Option<String>,
}

/// In the order of CPython's PyMemAllocatorName.
const ALLOCATORS: [&str; 7] = ["not-set", "default", "debug", "malloc", "malloc-debug", "py-malloc", "py-malloc-debug"];
const COERCED_LOCALES: [&str; 2] = ["LC_CTYPE", "C"];

pub enum Run {
    Eval(String),
    Module(String),
    File(String),
    Repl,
    Noop,
}

impl Config {
    pub fn parse(json: &[u8]) -> Result<Config, String> {
        let text = std::str::from_utf8(json).map_err(|_| "it is not UTF-8".to_string())?;
        let value: JsonValue = text.parse().map_err(|error| format!("{error}"))?;
        let fields = Fields(value.get::<HashMap<String, JsonValue>>().ok_or("it is no object")?);
        Ok(Config {
            python_version: fields.text("pythonVersion")?.ok_or("\"pythonVersion\" is missing")?,
            run: Run::parse(&fields)?,
            search_paths: fields.texts("searchPaths")?,
            optimization_level: fields.number("optimizationLevel")?.unwrap_or(0.0) as u8,
            sys_frozen: fields.flag("sysFrozen")?.unwrap_or(false),
            sys_meipass: fields.flag("sysMeipass")?.unwrap_or(false),
            use_environment: fields.flag("useEnvironment")?.unwrap_or(false),
            user_site: fields.flag("userSite")?.unwrap_or(false),
            site_import: fields.flag("siteImport")?.unwrap_or(false),
            write_bytecode: fields.flag("writeBytecode")?.unwrap_or(false),
            unbuffered_stdio: fields.flag("unbufferedStdio")?.unwrap_or(false),
            bytes_warning: fields.number("bytesWarning")?.unwrap_or(0.0) as i32,
            quiet: fields.flag("quiet")?.unwrap_or(false),
            inspect: fields.flag("inspect")?.unwrap_or(false),
            interactive: fields.flag("interactive")?.unwrap_or(false),
            verbose: fields.number("verbose")?.unwrap_or(0.0) as i32,
            parser_debug: fields.flag("parserDebug")?.unwrap_or(false),
            development_mode: fields.flag("developmentMode")?.unwrap_or(false),
            utf8_mode: fields.flag("utf8Mode")?,
            hash_seed: fields.number("hashSeed")?.map(|seed| seed as u64),
            stdio_encoding: fields.text("stdioEncoding")?,
            filesystem_encoding: fields.text("filesystemEncoding")?,
            filesystem_errors: fields.text("filesystemErrors")?,
            check_hash_pycs_mode: fields.text("checkHashPycsMode")?,
            allocator: fields.choice("allocator", &ALLOCATORS)?,
            configure_locale: fields.flag("configureLocale")?,
            coerce_c_locale: fields.choice("coerceCLocale", &COERCED_LOCALES)?.map(|index| index + 1),
            coerce_c_locale_warn: fields.flag("coerceCLocaleWarn")?,
            parse_argv: fields.flag("parseArgv")?.unwrap_or(false),
            argvb: fields.flag("argvb")?.unwrap_or(false),
            configure_c_stdio: fields.flag("configureCStdio")?,
            install_signal_handlers: fields.flag("installSignalHandlers")?,
            fault_handler: fields.flag("faultHandler")?,
            tracemalloc: fields.flag("tracemalloc")?,
            import_time: fields.flag("importTime")?,
            malloc_stats: fields.flag("mallocStats")?,
            dump_refs: fields.flag("dumpRefs")?,
            show_ref_count: fields.flag("showRefCount")?,
            skip_first_source_line: fields.flag("skipFirstSourceLine")?.unwrap_or(false),
            warn_options: fields.texts("warnOptions")?,
            x_options: fields.texts("xOptions")?,
            paths: Paths::parse(&fields)?,
            multiprocessing_start_method: fields.text("multiprocessingStartMethod")?,
            terminfo_dirs: fields.text("terminfoDirs")?,
            write_modules_directory_env: fields.text("writeModulesDirectoryEnv")?,
            tcl_library: fields.text("tclLibrary")?,
            #[cfg(oxd_shared_python)]
            shared_library: fields.text("sharedLibrary")?,
        })
    }
}

impl Config {
    /// Whether CPython's own main runs the program: it parses arguments before, or shows its prompt after.
    pub fn is_left_to_python(&self) -> bool {
        self.parse_argv || self.inspect
    }
}

impl Paths {
    fn parse(fields: &Fields) -> Result<Paths, String> {
        Ok(Paths {
            home: fields.text("home")?,
            prefix: fields.text("prefix")?,
            exec_prefix: fields.text("execPrefix")?,
            base_prefix: fields.text("basePrefix")?,
            base_exec_prefix: fields.text("baseExecPrefix")?,
            executable: fields.text("executable")?,
            base_executable: fields.text("baseExecutable")?,
            program_name: fields.text("programName")?,
            pycache_prefix: fields.text("pycachePrefix")?,
            python_path_env: fields.text("pythonPathEnv")?,
        })
    }
}

impl Run {
    fn parse(fields: &Fields) -> Result<Run, String> {
        let run = fields.0.get("run").and_then(|run| run.get::<HashMap<String, JsonValue>>());
        let run = Fields(run.ok_or("\"run\" is missing")?);
        let needed = |name| run.text(name)?.ok_or_else(|| format!("\"run.{name}\" is missing"));
        match run.text("mode")?.as_deref() {
            Some("eval") => Ok(Run::Eval(needed("code")?)),
            Some("module") => Ok(Run::Module(needed("name")?)),
            Some("file") => Ok(Run::File(needed("path")?)),
            Some("repl") => Ok(Run::Repl),
            Some("noop") => Ok(Run::Noop),
            other => Err(format!("\"run.mode\" is {other:?}")),
        }
    }
}

struct Fields<'a>(&'a HashMap<String, JsonValue>);

impl Fields<'_> {
    fn read<T: Clone + tinyjson::InnerAsRef>(&self, name: &str) -> Result<Option<T>, String> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        value.get::<T>().cloned().map(Some).ok_or_else(|| format!("\"{name}\" has the wrong type"))
    }

    fn text(&self, name: &str) -> Result<Option<String>, String> {
        self.read(name)
    }

    fn flag(&self, name: &str) -> Result<Option<bool>, String> {
        self.read(name)
    }

    fn number(&self, name: &str) -> Result<Option<f64>, String> {
        self.read(name)
    }

    /// The index of a text among those that are allowed.
    fn choice(&self, name: &str, allowed: &[&str]) -> Result<Option<i32>, String> {
        let Some(value) = self.text(name)? else { return Ok(None) };
        let index = allowed.iter().position(|other| *other == value);
        index.map(|index| Some(index as i32)).ok_or_else(|| format!("\"{name}\" is {value:?}"))
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        let values: Vec<JsonValue> = self.read(name)?.unwrap_or_default();
        let text = |value: &JsonValue| value.get::<String>().cloned();
        values.iter().map(text).collect::<Option<_>>().ok_or_else(|| format!("\"{name}\" has the wrong type"))
    }
}
