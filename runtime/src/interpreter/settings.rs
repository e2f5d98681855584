//! From the image's configuration to CPython's: PEP 587.

use super::api::{self, WideChar};
use super::arguments::Arguments;
use super::choices::LocaleCoercion;
use super::config::{InterpreterConfig, Run};
use crate::payload::Payload;
use pyo3_ffi::{PyConfig, PyPreConfig, PyStatus, PyWideStringList};
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
pub fn preinitialize(config: &InterpreterConfig, role: Role, arguments: &Arguments) -> Step {
    let mut settings = MaybeUninit::<PyPreConfig>::zeroed();
    // Safety: initialized by CPython before it is read. As `python` does it, the locale is taken from the environment,
    // also when isolated: file names depend on it.
    unsafe {
        api::PyPreConfig_InitPythonConfig(settings.as_mut_ptr());
        let settings = settings.assume_init_mut();
        settings.use_environment = c_int::from(config.use_environment);
        settings.isolated = c_int::from(role == Role::Program && is_isolated(config));
        if role == Role::Program && (config.development_mode || has_option(config, "dev")) {
            settings.dev_mode = 1;
        }
        let utf8_option = has_option(config, "utf8").then_some(!config.x_options.iter().any(|text| text == "utf8=0"));
        if let Some(utf8_mode) = config.utf8_mode.or(utf8_option) {
            settings.utf8_mode = c_int::from(utf8_mode);
        }
        set_number(&mut settings.allocator, config.allocator.map(|allocator| allocator as c_int));
        set_flag(&mut settings.configure_locale, config.configure_locale);
        let coerced = config.coerce_c_locale.map(|when| if when == LocaleCoercion::C { 2 } else { 1 });
        set_number(&mut settings.coerce_c_locale, coerced);
        set_flag(&mut settings.coerce_c_locale_warn, config.coerce_c_locale_warn);
        if parses_arguments(config, role) {
            let (count, pointers) = arguments.raw();
            return step(api::Py_PreInitializeFromBytesArgs(settings, count, pointers));
        }
        settings.parse_argv = 0;
        step(api::Py_PreInitialize(settings))
    }
}

/// Whether arguments such as `-c` and `-X` are the interpreter's and not the program's.
fn parses_arguments(config: &InterpreterConfig, role: Role) -> bool {
    role == Role::Interpreter || config.parse_argv
}

/// Whether an option as of `python -X` is set, with or without a value.
fn has_option(config: &InterpreterConfig, name: &str) -> bool {
    config.x_options.iter().any(|option| option.split('=').next() == Some(name))
}

fn set_flag(field: &mut c_int, value: Option<bool>) {
    set_number(field, value.map(c_int::from));
}

fn set_number(field: &mut c_int, value: Option<c_int>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// As `python -I`, unless the environment or the user's site-packages are asked for.
fn is_isolated(config: &InterpreterConfig) -> bool {
    !config.use_environment && !config.user_site
}

/// Starts the interpreter; before its importer is complete where `stop_early`, so that ours can serve `encodings`.
pub fn initialize(
    config: &InterpreterConfig,
    role: Role,
    arguments: &Arguments,
    payload: &Payload,
    stop_early: bool,
) -> Step {
    // The isolated one decides by itself what the environment would: nothing of it counts afterwards.
    let looks_around = role == Role::Interpreter || config.use_environment || config.parse_argv;
    let surroundings = if looks_around { look_around(config, role, arguments)? } else { Surroundings::default() };
    with_settings(looks_around, |settings| {
        fill_flags(settings, config, role);
        match role {
            Role::Program => fill_program_flags(settings, config),
            // Each `-O` adds one. Who is started by an optimized program is told so by arguments, or not at all.
            Role::Interpreter => {
                let level = c_int::from(config.optimization_level);
                settings.optimization_level = (level - surroundings.optimizations).max(0);
            }
        }
        #[cfg(not(Py_3_14))]
        {
            settings._init_main = c_int::from(!stop_early);
        }
        #[cfg(Py_3_14)]
        let _ = stop_early;
        fill_strings(settings, config, role, payload)?;
        fill_search_paths(settings, config, payload, &surroundings.python_path)?;
        set_arguments(settings, arguments)?;
        // Safety: complete settings.
        step(unsafe { api::Py_InitializeFromConfig(settings) })
    })
}

/// What the environment and the arguments say that CPython does not tell before it has started.
#[derive(Default)]
struct Surroundings {
    /// The parts of $PYTHONPATH, each with a zero at its end.
    python_path: Vec<Vec<WideChar>>,
    /// How often `-O` was given, or what $PYTHONOPTIMIZE says.
    optimizations: c_int,
}

/// Reads settings that are not used afterwards: those that were read once start an interpreter without some `-X` options.
fn look_around(config: &InterpreterConfig, role: Role, arguments: &Arguments) -> Result<Surroundings, PyStatus> {
    let mut found = Surroundings::default();
    with_settings(true, |settings| {
        fill_flags(settings, config, role);
        set_arguments(settings, arguments)?;
        // Safety: initialized settings.
        step(unsafe { api::PyConfig_Read(settings) })?;
        found.python_path = wide_parts(settings.pythonpath_env);
        found.optimizations = settings.optimization_level;
        Ok(())
    })?;
    Ok(found)
}

fn with_settings(looks_around: bool, use_them: impl FnOnce(&mut PyConfig) -> Step) -> Step {
    let mut settings = MaybeUninit::<PyConfig>::zeroed();
    // Safety: initialized by CPython first, cleared by it last.
    unsafe {
        match looks_around {
            true => api::PyConfig_InitPythonConfig(settings.as_mut_ptr()),
            false => api::PyConfig_InitIsolatedConfig(settings.as_mut_ptr()),
        }
        let result = use_them(settings.assume_init_mut());
        api::PyConfig_Clear(settings.as_mut_ptr());
        result
    }
}

fn set_arguments(settings: &mut PyConfig, arguments: &Arguments) -> Step {
    let (count, pointers) = arguments.raw();
    // Safety: as many as it says; they are copied.
    step(unsafe { api::PyConfig_SetBytesArgv(settings, count, pointers) })
}

/// Completes what `initialize` began.
pub fn initialize_main() -> Step {
    // Safety: called once, after the first phase.
    step(unsafe { api::_Py_InitializeMain() })
}

/// What holds for the program and for the interpreter that it starts as `sys.executable`.
fn fill_flags(settings: &mut PyConfig, config: &InterpreterConfig, role: Role) {
    settings.isolated = c_int::from(role == Role::Program && is_isolated(config));
    settings.use_environment = c_int::from(config.use_environment);
    settings.user_site_directory = c_int::from(config.user_site);
    settings.site_import = c_int::from(config.site_import);
    settings.write_bytecode = c_int::from(config.write_bytecode);
    settings.pathconfig_warnings = 0;
    settings.configure_c_stdio = 1;
    settings.install_signal_handlers = 1;
    settings.parse_argv = c_int::from(parses_arguments(config, role));
    settings.module_search_paths_set = 1;
    if let Some(seed) = config.hash_seed {
        settings.use_hash_seed = 1;
        settings.hash_seed = seed;
    }
}

/// What a user of `python` says by options, and its children do not inherit.
fn fill_program_flags(settings: &mut PyConfig, config: &InterpreterConfig) {
    settings.optimization_level = c_int::from(config.optimization_level);
    settings.buffered_stdio = c_int::from(!config.unbuffered_stdio);
    settings.bytes_warning = config.bytes_warning;
    settings.quiet = c_int::from(config.quiet);
    settings.inspect = c_int::from(config.inspect);
    settings.interactive = c_int::from(config.interactive);
    settings.verbose = config.verbose;
    settings.parser_debug = c_int::from(config.parser_debug);
    settings.skip_source_first_line = c_int::from(config.skip_first_source_line);
    if config.development_mode || has_option(config, "dev") {
        settings.dev_mode = 1;
        // Undecided: development mode decides.
        (settings.faulthandler, settings.tracemalloc) = (-1, -1);
    }
    if !config.x_options.is_empty() {
        (settings.faulthandler, settings.tracemalloc) = (-1, -1);
    }
    set_flag(&mut settings.configure_c_stdio, config.configure_c_stdio);
    set_flag(&mut settings.install_signal_handlers, config.install_signal_handlers);
    set_flag(&mut settings.faulthandler, config.fault_handler);
    set_flag(&mut settings.tracemalloc, config.tracemalloc);
    set_flag(&mut settings.import_time, config.import_time);
    set_flag(&mut settings.pathconfig_warnings, config.pathconfig_warnings);
    set_flag(&mut settings.malloc_stats, config.malloc_stats);
    set_flag(&mut settings.dump_refs, config.dump_refs);
    set_flag(&mut settings.show_ref_count, config.show_ref_count);
}

/// The standard library's folder, relative to the root.
pub const LIBRARY: &str = concat!("lib/python", env!("OXD_PYTHON_VERSION"));

fn fill_strings(settings: &mut PyConfig, config: &InterpreterConfig, role: Role, payload: &Payload) -> Step {
    let root = payload.root();
    let origin = origin(payload);
    let target: *mut PyConfig = settings;
    let set = |field: *mut *mut WideChar, value: &[u8]| {
        let value = CString::new(value).unwrap_or_default();
        // Safety: a field of `target`; the string is copied.
        step(unsafe { api::PyConfig_SetBytesString(target, field, value.as_ptr()) })
    };
    let interpreter = below(payload, "bin/python3");
    let own_paths = [
        (&mut settings.prefix, &config.prefix, root),
        (&mut settings.exec_prefix, &config.exec_prefix, root),
        (&mut settings.base_prefix, &config.base_prefix, root),
        (&mut settings.base_exec_prefix, &config.base_exec_prefix, root),
        (&mut settings.executable, &config.executable, interpreter.as_slice()),
        (&mut settings.base_executable, &config.base_executable, interpreter.as_slice()),
        (&mut settings.program_name, &config.program_name, interpreter.as_slice()),
    ];
    let prefixes = [&config.prefix, &config.exec_prefix, &config.base_prefix, &config.base_exec_prefix];
    if let Some(home) = &config.home {
        set(&mut settings.home, home.replace("$ORIGIN", &origin).as_bytes())?;
    } else if config.use_environment && prefixes.iter().all(|prefix| prefix.is_none()) {
        // Before $PYTHONHOME, which would lead away from what is packed. It also overrides each prefix.
        set(&mut settings.home, root)?;
    }
    for (field, asked, own) in own_paths {
        match asked {
            Some(asked) => set(field, asked.replace("$ORIGIN", &origin).as_bytes())?,
            None => set(field, own)?,
        }
    }
    set(&mut settings.platlibdir, b"lib")?;
    #[cfg(Py_3_11)]
    set(&mut settings.stdlib_dir, &below(payload, LIBRARY))?;
    let (encoding, errors) = match &config.stdio_encoding {
        Some(encoding) => encoding.split_once(':').unwrap_or((encoding, "strict")),
        None => ("", ""),
    };
    let python_path = config.python_path_env.as_ref().map(|path| path.replace("$ORIGIN", &origin));
    let texts = [
        (&mut settings.pycache_prefix, config.pycache_prefix.as_ref().map(|path| path.replace("$ORIGIN", &origin))),
        (&mut settings.pythonpath_env, python_path),
        (&mut settings.filesystem_encoding, config.filesystem_encoding.clone()),
        (&mut settings.filesystem_errors, config.filesystem_errors.clone()),
        (&mut settings.check_hash_pycs_mode, config.check_hash_pycs_mode.map(|mode| mode.as_str().to_owned())),
        (&mut settings.stdio_encoding, Some(encoding.to_owned()).filter(|text| !text.is_empty())),
        (&mut settings.stdio_errors, Some(errors.to_owned()).filter(|text| !text.is_empty())),
    ];
    for (field, value) in texts {
        if let Some(value) = value {
            set(field, value.as_bytes())?;
        }
    }
    if role == Role::Program {
        let run = match &config.run {
            Run::File(path) => Some((&mut settings.run_filename, path.replace("$ORIGIN", &origin))),
            // What CPython runs itself because it has to parse arguments before or show its prompt after.
            Run::Eval(code) if config.is_left_to_python() => Some((&mut settings.run_command, code.clone() + "\n")),
            Run::Module(name) if config.is_left_to_python() => Some((&mut settings.run_module, name.clone())),
            Run::Eval(_) | Run::Module(_) | Run::Repl | Run::Noop => None,
        };
        if let Some((field, value)) = run {
            set(field, value.as_bytes())?;
        }
        for option in &config.warn_options {
            append(&mut settings.warnoptions, option.as_bytes())?;
        }
        for option in &config.x_options {
            append(&mut settings.xoptions, option.as_bytes())?;
        }
    }
    Ok(())
}

/// sys.path: what the configuration asks for, $PYTHONPATH where it counts, the packed folders.
fn fill_search_paths(
    settings: &mut PyConfig,
    config: &InterpreterConfig,
    payload: &Payload,
    python_path: &[Vec<WideChar>],
) -> Step {
    let origin = origin(payload);
    for path in &config.search_paths {
        append(&mut settings.module_search_paths, path.replace("$ORIGIN", &origin).as_bytes())?;
    }
    // With paths of our own CPython leaves that one out.
    let own = config.python_path_env.as_ref().map(|path| path.replace("$ORIGIN", &origin));
    match own {
        Some(own) => {
            for path in own.split(':').filter(|path| !path.is_empty()) {
                append(&mut settings.module_search_paths, path.as_bytes())?;
            }
        }
        None => {
            for path in python_path {
                // Safety: ends with a zero; the list copies.
                step(unsafe { api::PyWideStringList_Append(&mut settings.module_search_paths, path.as_ptr()) })?;
            }
        }
    }
    // With a final slash: the executable's bare path is the file that it is to everybody else.
    let packed = [LIBRARY, concat!("lib/python", env!("OXD_PYTHON_VERSION"), "/lib-dynload"), ""];
    for path in packed {
        append(&mut settings.module_search_paths, &below(payload, path))?;
    }
    Ok(())
}

/// The parts between colons, each with a zero at its end; none of null.
fn wide_parts(text: *const WideChar) -> Vec<Vec<WideChar>> {
    if text.is_null() {
        return vec![];
    }
    // Safety: CPython's own string.
    let text = unsafe { std::slice::from_raw_parts(text, libc::wcslen(text)) };
    let parts = text.split(|unit| *unit == WideChar::from(b':')).filter(|part| !part.is_empty());
    parts.map(|part| [part, &[0]].concat()).collect()
}

fn below(payload: &Payload, path: &str) -> Vec<u8> {
    [payload.root(), b"/", path.as_bytes()].concat()
}

/// What "$ORIGIN" stands for: the directory of the executable.
pub fn origin(payload: &Payload) -> String {
    let folder = payload.root().rsplitn(2, |byte| *byte == b'/').nth(1).unwrap_or_default();
    String::from_utf8_lossy(folder).into_owned()
}

fn append(list: &mut PyWideStringList, text: &[u8]) -> Step {
    let text = CString::new(text).unwrap_or_default();
    // Safety: decodes as the locale says, which is settled by now; the list copies. The few bytes are not given back.
    unsafe {
        let wide = api::Py_DecodeLocale(text.as_ptr(), std::ptr::null_mut());
        step(api::PyWideStringList_Append(list, wide))
    }
}
