//! Runs the packed program, as `python -c`, `-m`, `FILE` and the prompt do.

use super::config::{InterpreterConfig, Run};
use super::exit::End;
use super::object::{Object, Raised, Result, check};
use super::{api, exit};
use crate::payload::Payload;
use std::ffi::{CStr, CString, c_int};

/// `Py_file_input`: statements.
const STATEMENTS: c_int = 257;

/// Returns the exit code; the interpreter has ended by then.
pub fn run(payload: &'static Payload, config: &InterpreterConfig, end: End) -> c_int {
    if matches!(config.run, Run::Repl) {
        edit_lines();
    }
    // The prompt after the program (`-i`) and scripts are CPython's own business: nothing is gained here.
    let left_to_python = config.is_left_to_python() && !matches!(config.run, Run::Noop);
    if left_to_python || matches!(config.run, Run::File(_) | Run::Repl) {
        // Safety: initialized; does not come back to Python.
        return unsafe { api::Py_RunMain() };
    }
    let result = match &config.run {
        Run::Eval(code) => evaluate(code),
        Run::Module(name) => run_module(name),
        Run::File(_) | Run::Repl | Run::Noop => Ok(()),
    };
    match result {
        Ok(()) => exit::leave(0, end),
        Err(Raised) => exit::after_exception(payload, config, end),
    }
}

/// Line editing at the prompt. CPython brings it along only where it is not isolated; whoever packs a prompt wants it.
fn edit_lines() {
    // Safety: plain calls.
    unsafe {
        if libc::isatty(libc::STDIN_FILENO) == 1 && Object::import(c"readline").is_err() {
            api::PyErr_Clear();
        }
    }
}

fn main_globals() -> Result<Object> {
    // Safety: both are borrowed.
    unsafe {
        let module = Object::borrowed(api::PyImport_AddModule(c"__main__".as_ptr())).ok_or(Raised)?;
        Object::borrowed(api::PyModule_GetDict(module.as_ptr())).ok_or(Raised)
    }
}

fn execute(code: &Object, globals: &Object) -> Result<()> {
    // Safety: a code object and a dictionary.
    unsafe { Object::owned(api::PyEval_EvalCode(code.as_ptr(), globals.as_ptr(), globals.as_ptr())) }.map(drop)
}

/// Runs statements in `__main__`.
pub fn evaluate(source: &str) -> Result<()> {
    let globals = main_globals()?;
    let code = CString::new(source).map_err(|_| raise(c"source code cannot contain null bytes"))?;
    // Safety: the source is copied.
    let code = unsafe {
        Object::owned(api::Py_CompileStringExFlags(
            code.as_ptr(),
            c"<string>".as_ptr(),
            STATEMENTS,
            std::ptr::null_mut(),
            -1,
        ))?
    };
    let result = execute(&code, &globals);
    if result.is_err() {
        keep_source(&code, source);
    }
    result
}

/// From 3.13 on tracebacks of `python -c` show source lines. Told to linecache when it is needed, not at each start.
fn keep_source(code: &Object, source: &str) {
    let mut parts = [std::ptr::null_mut(); 3];
    // Safety: takes the exception out and puts it back.
    unsafe {
        let [kind, value, traceback] = &mut parts;
        api::PyErr_Fetch(kind, value, traceback);
        let register = || {
            let (text, name) = (Object::text(source.as_bytes())?, Object::text(b"<string>")?);
            let linecache = Object::import(c"linecache")?;
            // 3.13.0 went by file name, later ones go by code object.
            let by_code = linecache.attribute(c"_interactive_cache").is_ok();
            api::PyErr_Clear();
            linecache.call_method(c"_register_code", &[if by_code { code } else { &name }, &text, &name])
        };
        if cfg!(Py_3_13) && register().is_err() {
            api::PyErr_Clear();
        }
        let [kind, value, traceback] = parts;
        api::PyErr_Restore(kind, value, traceback);
    }
}

/// What `runpy` does for `python -m`, without importing it.
fn run_module(name: &str) -> Result<()> {
    let mut spec = find_module(name)?;
    if let Some(package) = &spec
        && !package.attribute(c"submodule_search_locations")?.is_none()
    {
        spec = find_module(&format!("{name}.__main__"))?;
    }
    let code = match &spec {
        Some(spec) => spec.attribute(c"loader")?.call_method(c"get_code", &[&spec.attribute(c"name")?])?,
        None => Object::none(),
    };
    let (Some(spec), false) = (spec, code.is_none()) else {
        let message = format!("No module named '{name}', or it cannot be run");
        return Err(raise(&CString::new(message).unwrap_or_default()));
    };
    let globals = main_globals()?;
    let none = Object::none();
    let values = [
        (c"__file__", &spec.attribute(c"origin")?),
        (c"__cached__", &spec.attribute(c"cached")?),
        (c"__doc__", &none),
        (c"__loader__", &spec.attribute(c"loader")?),
        (c"__package__", &spec.attribute(c"parent")?),
        (c"__spec__", &spec),
    ];
    for (key, value) in values {
        // Safety: the dictionary adds its own reference.
        check(unsafe { api::PyDict_SetItemString(globals.as_ptr(), key.as_ptr(), value.as_ptr()) })?;
    }
    execute(&code, &globals)
}

/// Imports the parents of a module, and finds it without running it.
fn find_module(name: &str) -> Result<Option<Object>> {
    let path = match name.rsplit_once('.') {
        None => Object::none(),
        Some((parent, _)) => {
            let parent = CString::new(parent).unwrap_or_default();
            Object::import(&parent)?.attribute(c"__path__")?
        }
    };
    let spec =
        Object::import(c"_frozen_importlib")?.call_method(c"_find_spec", &[&Object::text(name.as_bytes())?, &path])?;
    Ok(if spec.is_none() { None } else { Some(spec) })
}

pub fn raise(message: &CStr) -> Raised {
    // Safety: the message is copied.
    unsafe { api::PyErr_SetString(api::PyExc_ImportError(), message.as_ptr()) };
    Raised
}
