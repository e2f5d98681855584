//! From nothing to a running program.

use super::arguments::{self, Arguments};
use super::config::Config;
use super::object::{Object, Result};
use super::settings::{self, Role};
use super::{api, exit, fail, fail_damaged, module, program};
use crate::payload::Payload;
use pyo3_ffi::PyStatus;
use std::ffi::{CStr, c_int};

pub fn run(payload: &'static Payload, config: &Config, arguments: &[&'static CStr]) -> c_int {
    #[cfg(oxd_shared_python)]
    load_library(payload, config);
    let role = arguments::role(payload, arguments);
    let arguments = match role {
        Role::Program => Arguments::new(arguments),
        Role::Interpreter => arguments::for_interpreter(arguments),
    };
    start(payload, config, role, &arguments).unwrap_or_else(|status| fail_start(payload, status));
    if prepare_sys(payload, config).is_err() {
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
    module::register(payload, settings::library(config));
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
