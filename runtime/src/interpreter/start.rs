//! From nothing to an interpreter that is ready to run the program.

use super::arguments::Arguments;
use super::config::InterpreterConfig;
use super::error::Error;
use super::object::{Object, Raised, Result};
use super::settings::{self, Role};
use super::{allocator, finder, imports, module, path_hook, tcl, teardown};
use crate::payload::{self, Payload};
use crate::use_record::UseRecord;
use pyo3_ffi::PyStatus;
use std::ffi::{CStr, CString};

/// Why there is no interpreter.
pub enum Refused {
    /// Before CPython was asked.
    Ours(Error),
    /// CPython says no.
    Status(PyStatus),
    /// A Python exception is set: CPython has started, but not what oxd adds to it.
    Raised,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        Refused::Ours(error)
    }
}

impl From<PyStatus> for Refused {
    fn from(status: PyStatus) -> Refused {
        Refused::Status(status)
    }
}

impl From<Raised> for Refused {
    fn from(Raised: Raised) -> Refused {
        Refused::Raised
    }
}

/// `payload` is that of the process; `arguments` begin with the program's name.
pub fn start(
    payload: &'static Payload,
    config: &InterpreterConfig,
    role: Role,
    arguments: &[&CStr],
) -> std::result::Result<(), Refused> {
    allocator::settle(config)?;
    #[cfg(oxd_shared_python)]
    load_library(payload, config)?;
    if let Some(folders) = &config.terminfo_dirs {
        find_terminals(&folders.replace("$ORIGIN", &settings::origin(payload)));
    }
    tcl::prepare(payload, config);
    let given = arguments;
    let arguments = match role {
        Role::Program => Arguments::new(given),
        Role::Interpreter => Arguments::for_interpreter(given),
    };
    settings::preinitialize(config, role, &arguments)?;
    allocator::install(config);
    // Children of multiprocessing are told theirs.
    let start_method = config.multiprocessing_start_method.filter(|_| role == Role::Program);
    module::register(start_method, &config.extra_extension_modules)?;
    begin_records(config);
    // From 3.14 on there is one phase only: start-up then reads its few modules through the directory.
    let stop_early = cfg!(not(Py_3_14));
    settings::initialize(config, role, &arguments, payload, stop_early)?;
    finder::set_portions(&config.package_portions, &settings::origin(payload));
    if config.oxidized_importer != Some(false) {
        module::install_finder()?;
    }
    if stop_early {
        settings::initialize_main()?;
    }
    // The interpreter inside serves scripts that lie on disk.
    if role == Role::Program && config.filesystem_importer == Some(false) {
        path_hook::install()?;
    }
    if config.malloc_stats == Some(true) {
        teardown::require();
    }
    prepare_sys(payload, config)?;
    if role == Role::Program && config.argvb {
        set_argvb(given)?;
    }
    Ok(())
}

/// What frozen programs and those of other packagers look for.
fn prepare_sys(payload: &Payload, config: &InterpreterConfig) -> Result<()> {
    let sys = Object::import(c"sys")?;
    sys.set_attribute(c"oxidized", &Object::boolean(true))?;
    if config.sys_frozen {
        sys.set_attribute(c"frozen", &Object::boolean(true))?;
    }
    if config.sys_meipass {
        // Its own folder, as PyOxidizer has it: what is beside the executable is found there.
        sys.set_attribute(c"_MEIPASS", &Object::path(settings::origin(payload).as_bytes())?)?;
    }
    imports::complete_at_exit()
}

/// Notes what this process will use, where a variable names a folder for that.
fn begin_records(config: &InterpreterConfig) {
    let folder = |variable: &Option<String>| variable.as_ref().and_then(std::env::var_os);
    let recorded = folder(&config.record_use_directory_env);
    if let Some(record) = recorded.as_ref().and_then(|folder| UseRecord::create(folder, "files")) {
        payload::note_first_uses(record);
    }
    let folders: Vec<_> = folder(&config.write_modules_directory_env).into_iter().chain(recorded).collect();
    imports::begin(&folders);
}

/// `sys.argvb`: the arguments as the kernel passed them.
fn set_argvb(arguments: &[&CStr]) -> Result<()> {
    let items = arguments.iter().map(|argument| Object::bytes(argument.to_bytes())).collect::<Result<Vec<_>>>()?;
    Object::import(c"sys")?.set_attribute(c"argvb", &Object::list(&items)?)
}

/// Tells ncurses where descriptions of terminals are: the one that is packed may have been built for other folders.
fn find_terminals(folders: &str) {
    if let Ok(folders) = CString::new(folders) {
        // Safety: nothing else runs yet. The user's own choice stays.
        unsafe { libc::setenv(c"TERMINFO_DIRS".as_ptr(), folders.as_ptr(), 0) };
    }
}

/// Loads the packed libpython. Its symbols become global: extension modules expect them from the process.
#[cfg(oxd_shared_python)]
fn load_library(payload: &Payload, config: &InterpreterConfig) -> std::result::Result<(), Error> {
    let Some(path) = &config.shared_library else {
        return Err(Error::Library { reason: "the configuration names none".into() });
    };
    let path = [payload.root(), b"/", path.as_bytes(), b"\0"].concat();
    let path = CStr::from_bytes_until_nul(&path).expect("ends with a zero");
    // Safety: libpython's constructors are harmless.
    unsafe {
        if libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL).is_null() {
            let reason = CStr::from_ptr(libc::dlerror()).to_string_lossy().into_owned();
            return Err(Error::Library { reason });
        }
    }
    Ok(())
}
