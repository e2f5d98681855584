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
    pub write_modules_directory_env: Option<String>,
    #[cfg(oxd_shared_python)]
    pub shared_library: Option<String>,
}

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
            write_modules_directory_env: fields.text("writeModulesDirectoryEnv")?,
            #[cfg(oxd_shared_python)]
            shared_library: fields.text("sharedLibrary")?,
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

    fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        let values: Vec<JsonValue> = self.read(name)?.unwrap_or_default();
        let text = |value: &JsonValue| value.get::<String>().cloned();
        values.iter().map(text).collect::<Option<_>>().ok_or_else(|| format!("\"{name}\" has the wrong type"))
    }
}
