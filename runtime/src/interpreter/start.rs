//! From nothing to a running program.

use super::arguments::{self, Arguments};
use super::config::Config;
use super::object::{Object, Result};
use super::settings::{self, Role};
use super::{api, exit, fail, fail_damaged, module, program, tcl, teardown};
use crate::payload::Payload;
use pyo3_ffi::PyStatus;
use std::ffi::{CStr, CString, c_int};

pub fn run(payload: &'static Payload, config: &Config, arguments: &[&'static CStr]) -> c_int {
    #[cfg(oxd_shared_python)]
    load_library(payload, config);
    let role = arguments::role(payload, arguments);
    if let Some(folders) = &config.terminfo_dirs {
        find_terminals(&folders.replace("$ORIGIN", &settings::origin(payload)));
    }
    tcl::prepare(payload, config);
    let given = arguments;
    let arguments = match role {
        Role::Program => Arguments::new(given),
        Role::Interpreter => arguments::for_interpreter(given),
    };
    start(payload, config, role, &arguments).unwrap_or_else(|status| fail_start(payload, status));
    if config.malloc_stats == Some(true) {
        teardown::require();
    }
    let prepared = prepare_sys(payload, config).and_then(|()| match role {
        Role::Program if config.argvb => set_argvb(given),
        Role::Program | Role::Interpreter => Ok(()),
    });
    if prepared.is_err() {
        return exit::after_exception(payload);
    }
    match role {
        // Safety: initialized; this does not come back to Python.
        Role::Interpreter => unsafe { api::Py_RunMain() },
        Role::Program => program::run(payload, config),
    }
}

fn start(payload: &'static Payload, config: &Config, role: Role, arguments: &Arguments) -> settings::Step {
    settings::preinitialize(config, role, arguments)?;
    // Children of multiprocessing are told theirs.
    let start_method = config.multiprocessing_start_method.clone().filter(|_| role == Role::Program);
    module::register(payload, settings::library(config), start_method);
    // From 3.14 on there is one phase only: start-up then reads its few modules through the directory.
    let stop_early = cfg!(not(Py_3_14));
    settings::initialize(config, role, arguments, payload, stop_early)?;
    if module::install_finder().is_err() {
        // Safety: an exception is set.
        unsafe { api::PyErr_Print() };
        fail("its importer cannot be set up");
    }
    if stop_early { settings::initialize_main() } else { Ok(()) }
}

/// What frozen programs and those of other packagers look for.
fn prepare_sys(payload: &Payload, config: &Config) -> Result<()> {
    let sys = Object::import(c"sys")?;
    sys.set_attribute(c"oxidized", &Object::boolean(true))?;
    if config.sys_frozen {
        sys.set_attribute(c"frozen", &Object::boolean(true))?;
    }
    if config.sys_meipass {
        // The executable itself is the folder that holds the packages.
        sys.set_attribute(c"_MEIPASS", &Object::path(payload.root())?)?;
    }
    if let Some(variable) = &config.write_modules_directory_env {
        exit::write_modules_at_exit(variable)?;
    }
    Ok(())
}

/// `sys.argvb`: the arguments as the kernel passed them.
fn set_argvb(arguments: &[&'static CStr]) -> Result<()> {
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

fn fail_start(payload: &Payload, status: PyStatus) -> ! {
    // Safety: plain calls; the second ends the process as `python` would.
    if unsafe { api::PyStatus_IsExit(status) } == 0
        && let Err(damaged) = payload.verify_indexes()
    {
        fail_damaged(&damaged);
    }
    unsafe { api::Py_ExitStatusException(status) }
}

/// Loads the packed libpython. Its symbols become global: extension modules expect them from the process.
#[cfg(oxd_shared_python)]
fn load_library(payload: &Payload, config: &Config) {
    let Some(path) = &config.shared_library else { fail("its configuration names no libpython") };
    let path = [payload.root(), b"/", path.as_bytes(), b"\0"].concat();
    let path = CStr::from_bytes_until_nul(&path).expect("ends with a zero");
    // Safety: libpython's constructors are harmless.
    unsafe {
        if libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL).is_null() {
            let reason = CStr::from_ptr(libc::dlerror()).to_string_lossy().into_owned();
            fail(&format!("its libpython cannot be loaded: {reason}"));
        }
    }
}
