//! The end: exit codes as `python` gives them, and a short way out where the long one cannot be observed.

use super::config::InterpreterConfig;
use super::error::Error;
use super::object::{Object, Raised, Result};
use super::{api, fail_damaged, teardown};
use crate::payload::Payload;
use std::ffi::c_int;

/// What `python` ends with when standard output cannot be flushed.
const FLUSH_FAILED: c_int = 120;
/// A shell's code for a process that SIGINT ended.
const INTERRUPTED: c_int = 130;

/// What ends with the program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The process: what it would take down with it needs no care.
    Process,
    /// The interpreter: the process goes on and may start another one.
    Interpreter,
}

/// An exception came out of the program: prints it, or obeys it when it is SystemExit. Returns the exit code.
pub fn after_exception(payload: &Payload, config: &InterpreterConfig, end: End) -> c_int {
    // Safety: an exception is set in all of these calls.
    unsafe {
        if api::PyErr_ExceptionMatches(api::PyExc_SystemExit()) != 0 {
            return leave(take_exit_code(), end);
        }
        let is_interrupt = api::PyErr_ExceptionMatches(api::PyExc_KeyboardInterrupt()) != 0;
        let is_missing = api::PyErr_ExceptionMatches(api::PyExc_ModuleNotFoundError()) != 0;
        api::PyErr_Print();
        if let (true, Some(list)) = (is_missing, &config.trimmed_by) {
            eprintln!(
                "note: only the modules in {list} are packed into this program; if this one was left out, add a line with \
                 its name, or run `oxd trim` again with what led here"
            );
        }
        // What is missing may be missing because the index is not what was packed.
        if let Err(damaged) = payload.verify_indexes() {
            match end {
                End::Process => fail_damaged(&damaged),
                End::Interpreter => eprintln!("{}", Error::from(damaged)),
            }
        }
        match (is_interrupt, end) {
            (true, End::Process) => die_of_interrupt(),
            (true, End::Interpreter) => return leave(INTERRUPTED, end),
            (false, _) => {}
        }
    }
    leave(1, end)
}

/// The code that a SystemExit carries; other values than numbers are printed.
fn take_exit_code() -> c_int {
    let mut parts = [std::ptr::null_mut(); 3];
    // Safety: hands over three references, each of which may be null.
    let value = unsafe {
        let [kind, value, traceback] = &mut parts;
        api::PyErr_Fetch(kind, value, traceback);
        api::PyErr_NormalizeException(kind, value, traceback);
        for unused in [*kind, *traceback] {
            drop(Object::owned(unused));
        }
        Object::owned(*value)
    };
    let Ok(code) = value.and_then(|value| value.attribute(c"code")) else { return 1 };
    if code.is_none() {
        return 0;
    }
    // Safety: raises for what is no number.
    let number = unsafe { api::PyLong_AsLong(code.as_ptr()) };
    if unsafe { api::PyErr_Occurred() }.is_null() {
        return number as c_int;
    }
    // Safety: an exception is set. A number beyond the range of long counts as -1, as in `python`.
    let is_number = unsafe { api::PyErr_ExceptionMatches(api::PyExc_OverflowError()) != 0 };
    unsafe { api::PyErr_Clear() };
    if is_number {
        return -1;
    }
    let printed = Object::sys(c"stderr").ok_or(Raised).and_then(|stderr| {
        stderr.call_method(c"write", &[&code_text(&code)?])?;
        stderr.call_method(c"write", &[&Object::text(b"\n")?])
    });
    if printed.is_err() {
        // Safety: an exception may be set; there is nobody left to tell.
        unsafe { api::PyErr_Clear() };
    }
    1
}

/// The exception that is set, as Python prints it. Clears it.
pub fn take_exception() -> String {
    let mut parts = [std::ptr::null_mut(); 3];
    // Safety: hands over three references, each of which may be null.
    let [kind, value, traceback] = unsafe {
        let [kind, value, traceback] = &mut parts;
        api::PyErr_Fetch(kind, value, traceback);
        api::PyErr_NormalizeException(kind, value, traceback);
        parts.map(|part| Object::owned(part).unwrap_or_else(|Raised| Object::none()))
    };
    let formatted = || {
        let lines = Object::import(c"traceback")?.call_method(c"format_exception", &[&kind, &value, &traceback])?;
        Ok(lines.items()?.iter().filter_map(Object::utf8).flatten().copied().collect::<Vec<u8>>())
    };
    let text = formatted().or_else(|Raised| {
        clear();
        code_text(&value).map(|text| text.utf8().unwrap_or_default().to_vec())
    });
    clear();
    String::from_utf8_lossy(&text.unwrap_or_default()).into_owned()
}

fn code_text(code: &Object) -> Result<Object> {
    // Safety: alive.
    unsafe { Object::owned(api::PyObject_Str(code.as_ptr())) }
}

/// As `python` does: the parent shall see that the signal ended us.
fn die_of_interrupt() -> ! {
    // Safety: nothing of Python is used afterwards.
    unsafe {
        api::Py_FinalizeEx();
        api::PyOS_setsig(libc::SIGINT, libc::SIG_DFL);
        libc::kill(libc::getpid(), libc::SIGINT);
    }
    std::process::exit(INTERRUPTED)
}

/// Ends the interpreter. What programs can see of that happens in the order of `Py_FinalizeEx`: threads are joined,
/// atexit functions run, standard streams are flushed. Taking the heap apart comes last, and only where it could matter.
pub fn leave(code: c_int, end: End) -> c_int {
    if end == End::Interpreter {
        // Safety: the interpreter is not used afterwards.
        return if unsafe { api::Py_FinalizeEx() } < 0 { FLUSH_FAILED } else { code };
    }
    join_threads();
    run_exit_functions();
    // What cannot be flushed is CPython's to report, in its version's words: it tries again.
    if !flush_streams() || teardown::can_be_observed() {
        // Safety: the interpreter is not used afterwards.
        return if unsafe { api::Py_FinalizeEx() } < 0 { FLUSH_FAILED } else { code };
    }
    code
}

fn join_threads() {
    let Some(threading) = Object::imported(c"threading") else { return };
    if threading.call_method(c"_shutdown", &[]).is_err() {
        // Safety: an exception is set.
        unsafe { api::PyErr_WriteUnraisable(threading.as_ptr()) };
    }
}

fn run_exit_functions() {
    let Some(atexit) = Object::imported(c"atexit") else { return };
    // It prints the exceptions of the functions itself, and raises the last of them in some versions.
    if atexit.call_method(c"_run_exitfuncs", &[]).is_err() {
        // Safety: an exception is set.
        unsafe { api::PyErr_Clear() };
    }
}

/// Whether all that was written to the standard streams is out.
fn flush_streams() -> bool {
    [c"stdout", c"stderr"].iter().all(|name| {
        let Some(stream) = Object::sys(name).filter(|stream| !stream.is_none()) else { return true };
        let flush = || {
            let is_closed = stream.attribute(c"closed").and_then(|closed| closed.is_true())?;
            if is_closed { Ok(()) } else { stream.call_method(c"flush", &[]).map(drop) }
        };
        flush().map_err(|Raised| clear()).is_ok()
    })
}

fn clear() {
    // Safety: plain call.
    unsafe { api::PyErr_Clear() }
}
