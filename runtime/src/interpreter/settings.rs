//! From the image's configuration to CPython's: PEP 587.

use super::api::{self, WideChar};
use super::arguments::Arguments;
use super::config::{Config, Run};
use crate::payload::Payload;
use pyo3_ffi::{PyConfig, PyPreConfig, PyStatus};
use std::ffi::{CString, c_int};
use std::mem::MaybeUninit;

/// What the process is: the packed program, or the interpreter that `sys.executable` promises.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Program,
    /// The whole `python` command line, on the same packed tree.
    Interpreter,
}

pub type Step = Result<(), PyStatus>;

fn step(status: PyStatus) -> Step {
    // Safety: only looks at its argument.
    if unsafe { api::PyStatus_Exception(status) } != 0 { Err(status) } else { Ok(()) }
}

/// Chooses locale, UTF-8 mode and allocator: what must be known before anything can be decoded.
pub fn preinitialize(config: &Config, role: Role, arguments: &Arguments) -> Step {
    let mut settings = MaybeUninit::<PyPreConfig>::zeroed();
    // Safety: initialized by CPython before it is read. As `python` does it, the locale is taken from the environment,
    // also when isolated: file names depend on it.
    unsafe {
        api::PyPreConfig_InitPythonConfig(settings.as_mut_ptr());
        let settings = settings.assume_init_mut();
        settings.use_environment = c_int::from(config.use_environment);
        settings.isolated = c_int::from(role == Role::Program && is_isolated(config));
        settings.dev_mode = c_int::from(config.development_mode);
        if let Some(utf8_mode) = config.utf8_mode {
            settings.utf8_mode = c_int::from(utf8_mode);
        }
        if role == Role::Interpreter {
            let (count, pointers) = arguments.raw();
            return step(api::Py_PreInitializeFromBytesArgs(settings, count, pointers));
        }
        settings.parse_argv = 0;
        step(api::Py_PreInitialize(settings))
    }
}

/// As `python -I`, unless the environment or the user's site-packages are asked for.
fn is_isolated(config: &Config) -> bool {
    !config.use_environment && !config.user_site
}

/// Starts the interpreter; before its importer is complete where `stop_early`, so that ours can serve `encodings`.
pub fn initialize(config: &Config, role: Role, arguments: &Arguments, payload: &Payload, stop_early: bool) -> Step {
    let mut settings = MaybeUninit::<PyConfig>::zeroed();
    // Safety: initialized by CPython first, cleared by it last; strings are copied.
    unsafe {
        match role {
            Role::Program => api::PyConfig_InitIsolatedConfig(settings.as_mut_ptr()),
            Role::Interpreter => api::PyConfig_InitPythonConfig(settings.as_mut_ptr()),
        }
        let settings = settings.assume_init_mut();
        fill_flags(settings, config, role);
        #[cfg(not(Py_3_14))]
        {
            settings._init_main = c_int::from(!stop_early);
        }
        #[cfg(Py_3_14)]
        let _ = stop_early;
        let result = fill_strings(settings, config, role, payload)
            .and_then(|()| {
                let (count, pointers) = arguments.raw();
                step(api::PyConfig_SetBytesArgv(settings, count, pointers))
            })
            .and_then(|()| step(api::Py_InitializeFromConfig(settings)));
        api::PyConfig_Clear(settings);
        result
    }
}

/// Completes what `initialize` began.
pub fn initialize_main() -> Step {
    // Safety: called once, after the first phase.
    step(unsafe { api::_Py_InitializeMain() })
}

fn fill_flags(settings: &mut PyConfig, config: &Config, role: Role) {
    let isolated = role == Role::Program && is_isolated(config);
    settings.isolated = c_int::from(isolated);
    settings.use_environment = c_int::from(config.use_environment);
    settings.user_site_directory = c_int::from(config.user_site);
    settings.site_import = c_int::from(config.site_import);
    settings.write_bytecode = c_int::from(config.write_bytecode);
    settings.buffered_stdio = c_int::from(!config.unbuffered_stdio);
    settings.bytes_warning = config.bytes_warning;
    settings.quiet = c_int::from(config.quiet);
    settings.inspect = c_int::from(config.inspect);
    settings.interactive = c_int::from(config.interactive);
    settings.verbose = config.verbose;
    settings.parser_debug = c_int::from(config.parser_debug);
    settings.dev_mode = c_int::from(config.development_mode);
    settings.optimization_level = c_int::from(config.optimization_level);
    settings.pathconfig_warnings = 0;
    settings.configure_c_stdio = 1;
    settings.install_signal_handlers = 1;
    settings.parse_argv = c_int::from(role == Role::Interpreter);
    settings.module_search_paths_set = 1;
    if let Some(seed) = config.hash_seed {
        settings.use_hash_seed = 1;
        settings.hash_seed = seed;
    }
}

/// The standard library's folder, relative to the root.
pub fn library(config: &Config) -> String {
    format!("lib/python{}", config.python_version)
}

fn fill_strings(settings: &mut PyConfig, config: &Config, role: Role, payload: &Payload) -> Step {
    let root = payload.root();
    let library = library(config);
    let below = |path: &str| [root, b"/", path.as_bytes()].concat();
    let target: *mut PyConfig = settings;
    let set = |field: *mut *mut WideChar, value: &[u8]| {
        let value = CString::new(value).unwrap_or_default();
        // Safety: a field of `target`; the string is copied.
        step(unsafe { api::PyConfig_SetBytesString(target, field, value.as_ptr()) })
    };
    for field in [
        &mut settings.home,
        &mut settings.prefix,
        &mut settings.exec_prefix,
        &mut settings.base_prefix,
        &mut settings.base_exec_prefix,
    ] {
        set(field, root)?;
    }
    for field in [&mut settings.executable, &mut settings.base_executable, &mut settings.program_name] {
        set(field, &below("bin/python3"))?;
    }
    set(&mut settings.platlibdir, b"lib")?;
    #[cfg(Py_3_11)]
    set(&mut settings.stdlib_dir, &below(&library))?;
    if let Some(encoding) = &config.stdio_encoding {
        let (encoding, errors) = encoding.split_once(':').unwrap_or((encoding, "strict"));
        set(&mut settings.stdio_encoding, encoding.as_bytes())?;
        set(&mut settings.stdio_errors, errors.as_bytes())?;
    }
    let folder = root.rsplitn(2, |byte| *byte == b'/').nth(1).unwrap_or_default();
    let origin = String::from_utf8_lossy(folder);
    if role == Role::Program {
        let run = match &config.run {
            Run::File(path) => Some((&mut settings.run_filename, path.replace("$ORIGIN", &origin))),
            // The prompt that follows is CPython's, so the program before it is, too.
            Run::Eval(code) if config.inspect => Some((&mut settings.run_command, code.clone() + "\n")),
            Run::Module(name) if config.inspect => Some((&mut settings.run_module, name.clone())),
            Run::Eval(_) | Run::Module(_) | Run::Repl | Run::Noop => None,
        };
        if let Some((field, value)) = run {
            set(field, value.as_bytes())?;
        }
    }
    let asked = config.search_paths.iter().map(|path| path.replace("$ORIGIN", &origin).into_bytes());
    // With a final slash: the executable's bare path is the file that it is to everybody else.
    let packed = [below(&library), below(&format!("{library}/lib-dynload")), below("")];
    for path in asked.chain(packed) {
        append_path(settings, &path)?;
    }
    Ok(())
}

fn append_path(settings: &mut PyConfig, path: &[u8]) -> Step {
    let path = CString::new(path).unwrap_or_default();
    // Safety: decodes as the locale says, which is settled by now; the list copies. The few bytes are not given back.
    unsafe {
        let wide = api::Py_DecodeLocale(path.as_ptr(), std::ptr::null_mut());
        step(api::PyWideStringList_Append(&mut settings.module_search_paths, wide))
    }
}
