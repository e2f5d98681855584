//! Starts CPython on the packed tree, runs the program and leaves.

mod api;
mod arguments;
mod config;
mod exit;
mod finder;
mod loader;
mod module;
mod object;
mod program;
mod settings;
mod start;
mod tcl;
mod teardown;

use std::ffi::{CStr, c_char, c_int};
use std::process::exit;

use crate::payload::{self, Damaged, Payload};
use config::Config;

/// EX_SOFTWARE, as oxd's own client uses it: neither the program nor its user did anything wrong.
const CANNOT_START: c_int = 70;

/// Runs the program that is packed into this executable; the result is the exit code.
pub fn main(arguments: &[*const c_char]) -> c_int {
    let arguments: Vec<&'static CStr> = arguments
        .iter()
        // Safety: the arguments live as long as the process.
        .map(|argument| unsafe { CStr::from_ptr(*argument) })
        .collect();
    let payload = open_payload().unwrap_or_else(|damaged| fail_damaged(&damaged));
    let config = Config::parse(payload.config())
        .unwrap_or_else(|reason| fail(&format!("its configuration cannot be understood: {reason}")));
    start::run(payload, &config, &arguments)
}

fn open_payload() -> Result<&'static Payload, Damaged> {
    let mapping = payload::find_mapping().ok_or_else(|| Damaged("nothing is packed into it".into()))?;
    let root = payload::executable_path()
        .ok_or_else(|| Damaged("its own path cannot be read: /proc is not mounted".into()))?;
    let payload = payload::install(Payload::open(mapping.bytes()?, root)?);
    crate::directory::start();
    Ok(payload)
}

/// Ends the process because of what is wrong with the executable itself.
fn fail_damaged(damaged: &Damaged) -> ! {
    fail(&format!("this executable is damaged: {damaged}. Build it or copy it again"))
}

fn fail(reason: &str) -> ! {
    let name = payload::executable_path().unwrap_or_default();
    eprintln!("{}: cannot run: {reason}", String::from_utf8_lossy(&name));
    exit(CANNOT_START)
}
