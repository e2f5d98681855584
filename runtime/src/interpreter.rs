//! Starts CPython on the packed tree: for the stub, which runs the program and leaves, and for programs that embed it.

mod allocator;
mod api;
mod arguments;
mod choices;
mod config;
mod error;
mod exit;
mod extension;
mod finder;
mod imports;
mod json;
mod loader;
mod module;
mod object;
mod path_hook;
mod program;
mod resources;
mod running;
mod settings;
#[cfg(feature = "c-api")]
mod settings_text;
mod start;
mod tcl;
mod teardown;

pub use choices::{Allocator, AllocatorBackend, CheckHashPycs, LocaleCoercion, StartMethod};
pub use config::{InterpreterConfig, Run};
pub use error::Error;
pub use extension::ExtensionModule;
pub use resources::PackedResources;
pub use running::Interpreter;
#[cfg(feature = "c-api")]
pub use settings_text::{Settings, start_with};

use crate::payload::{self, Damaged};
use exit::End;
use settings::Role;
use start::Refused;
use std::ffi::{CStr, CString, c_char, c_int};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};

/// EX_SOFTWARE, as oxd's own client uses it: neither the program nor its user did anything wrong.
const CANNOT_START: c_int = 70;

/// Runs the program that is packed into this executable; the result is the exit code. For the stub's `main`.
pub fn main(arguments: &[*const c_char]) -> c_int {
    let arguments: Vec<&CStr> = arguments
        .iter()
        // Safety: the arguments live as long as the process.
        .map(|argument| unsafe { CStr::from_ptr(*argument) })
        .collect();
    let resources = PackedResources::Executable;
    let opened = resources.open().unwrap_or_else(|error| fail_error(error));
    let config = InterpreterConfig::packed(&opened).unwrap_or_else(|error| fail_error(error));
    let opened = match PackedResources::named_by(&config, &opened) {
        Some(resources) => resources.open().unwrap_or_else(|error| fail_error(error)),
        None => opened,
    };
    let payload = opened.install();
    let role = arguments::role(payload.root(), &arguments, config.multiprocessing_auto_dispatch != Some(false));
    match start::start(payload, &config, role, &arguments) {
        Ok(()) if role == Role::Program => program::run(payload, &config, End::Process),
        // Safety: initialized; this does not come back to Python.
        Ok(()) => unsafe { api::Py_RunMain() },
        Err(Refused::Ours(error)) => fail_error(error),
        Err(Refused::Raised) => exit::after_exception(payload, &config, End::Process),
        Err(Refused::Status(status)) => {
            // Safety: plain calls; the second ends the process as `python` would.
            if unsafe { api::PyStatus_IsExit(status) } == 0
                && let Err(damaged) = payload.verify_indexes()
            {
                fail_damaged(&damaged);
            }
            unsafe { api::Py_ExitStatusException(status) }
        }
    }
}

/// Set once this process is a program of somebody else's, which decides itself when it ends.
static IS_EMBEDDED: AtomicBool = AtomicBool::new(false);

/// A module that is to be loaded is not what was packed: the program ends, but one that embeds Python gets an ImportError.
fn report_damaged(damaged: &Damaged) -> object::Raised {
    if !IS_EMBEDDED.load(Ordering::Relaxed) {
        fail_damaged(damaged);
    }
    program::raise(&CString::new(format!("packed resources are damaged: {damaged}")).unwrap_or_default())
}

/// Ends the process because of what is wrong with the executable itself.
fn fail_damaged(damaged: &Damaged) -> ! {
    fail(&format!("cannot run: this executable is damaged: {damaged}. Build it or copy it again"))
}

fn fail(reason: &dyn std::fmt::Display) -> ! {
    let name = payload::executable_path().unwrap_or_default();
    eprintln!("{}: {reason}", String::from_utf8_lossy(&name));
    exit(CANNOT_START)
}

fn fail_error(error: Error) -> ! {
    match error {
        Error::Damaged { reason } => fail_damaged(&Damaged(reason)),
        other => fail(&other),
    }
}
