//! The interface for other languages: include/oxd.h, which documents it. Errors are codes, with a text for the thread.

use crate::interpreter::{Error, ExtensionModule, Interpreter, PackedResources};
use crate::interpreter::{Settings, start_with};
use pyo3_ffi::PyObject;
use std::cell::RefCell;
use std::ffi::{CStr, CString, OsString, c_char, c_int, c_void};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::ptr::null_mut;

/// `oxd_config`.
#[derive(Default)]
pub struct Config {
    resources: PackedResources,
    settings: Settings,
    modules: Vec<ExtensionModule>,
    arguments: Option<Vec<OsString>>,
}

const OK: c_int = 0;
const INVALID_ARGUMENT: c_int = 1;

thread_local! {
    static LAST_ERROR: RefCell<CString> = RefCell::default();
}

fn remember(text: &str) {
    LAST_ERROR.with(|last| *last.borrow_mut() = CString::new(text.replace('\0', " ")).unwrap_or_default());
}

/// The codes of `oxd_status`.
fn code_of(error: &Error) -> c_int {
    match error {
        Error::AlreadyRunning => 2,
        Error::NoResources { .. } | Error::Read { .. } | Error::Damaged { .. } => 3,
        Error::Config { .. } | Error::Version { .. } | Error::Allocator { .. } => 4,
        Error::ExtensionModule { .. } => 5,
        Error::Library { .. } | Error::Python { .. } => 6,
        Error::Exit { .. } => 7,
        Error::Exception { .. } => 8,
        Error::Flush => 9,
    }
}

fn status(result: Result<(), Error>) -> c_int {
    match result {
        Ok(()) => OK,
        Err(error) => {
            remember(&error.to_string());
            code_of(&error)
        }
    }
}

fn invalid(text: &str) -> c_int {
    remember(text);
    INVALID_ARGUMENT
}

/// A text of the caller's; None for null and for what is not UTF-8.
///
/// # Safety
/// Null or a C string.
unsafe fn text<'a>(pointer: *const c_char) -> Option<&'a str> {
    if pointer.is_null() { None } else { unsafe { CStr::from_ptr(pointer) }.to_str().ok() }
}

macro_rules! c_functions {
    ($( fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block )*) => { $(
        /// # Safety
        /// As include/oxd.h says.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $type),*) $(-> $result)? {
            // Safety: the caller keeps the contract of the header.
            #[allow(unused_unsafe, reason = "not all need it")]
            unsafe { $body }
        }
    )* };
}

c_functions! {
    fn oxd_config_new() -> *mut Config {
        Box::into_raw(Box::default())
    }

    fn oxd_config_free(config: *mut Config) {
        if !config.is_null() {
            drop(Box::from_raw(config));
        }
    }

    fn oxd_config_resources_file(config: *mut Config, path: *const c_char) -> c_int {
        let (Some(config), false) = (config.as_mut(), path.is_null()) else { return invalid("Cannot set resources: null") };
        config.resources = PackedResources::File(PathBuf::from(OsString::from_vec(CStr::from_ptr(path).to_bytes().to_vec())));
        OK
    }

    fn oxd_config_resources_bytes(config: *mut Config, bytes: *const c_void, length: usize) -> c_int {
        let (Some(config), false) = (config.as_mut(), bytes.is_null()) else { return invalid("Cannot set resources: null") };
        config.resources = PackedResources::Bytes(std::slice::from_raw_parts(bytes.cast(), length));
        OK
    }

    fn oxd_config_settings(config: *mut Config, json: *const c_char) -> c_int {
        let (Some(config), Some(json)) = (config.as_mut(), text(json)) else {
            return invalid("Cannot set settings: null, or not UTF-8");
        };
        status(config.settings.add(json))
    }

    fn oxd_config_arguments(config: *mut Config, count: c_int, arguments: *const *const c_char) -> c_int {
        let (Some(config), false) = (config.as_mut(), arguments.is_null() || count < 0) else {
            return invalid("Cannot set arguments: null");
        };
        let given = std::slice::from_raw_parts(arguments, count as usize).iter().take_while(|argument| !argument.is_null());
        let owned = given.map(|argument| OsString::from_vec(CStr::from_ptr(*argument).to_bytes().to_vec()));
        config.arguments = Some(owned.collect());
        OK
    }

    fn oxd_config_extension_module(
        config: *mut Config,
        name: *const c_char,
        init: Option<unsafe extern "C" fn() -> *mut PyObject>,
    ) -> c_int {
        let (Some(config), Some(name), Some(init)) = (config.as_mut(), text(name), init) else {
            return invalid("Cannot add an extension module: null, or its name is not UTF-8");
        };
        config.modules.push(ExtensionModule::new(name, init));
        OK
    }

    fn oxd_start(config: *const Config, started: *mut *mut Interpreter) -> c_int {
        let Some(started) = started.as_mut() else { return invalid("Cannot start an interpreter: nowhere to put it") };
        *started = null_mut();
        let usual = Config::default();
        let Config { resources, settings, modules, arguments } = config.as_ref().unwrap_or(&usual);
        status(start_with(resources, settings, modules, arguments.clone()).map(|interpreter| {
            *started = Box::into_raw(Box::new(interpreter));
        }))
    }

    fn oxd_run_string(interpreter: *mut Interpreter, code: *const c_char) -> c_int {
        let (Some(interpreter), Some(code)) = (interpreter.as_ref(), text(code)) else {
            return invalid("Cannot run code: null, or not UTF-8");
        };
        status(interpreter.run_code(code))
    }

    fn oxd_run(interpreter: *mut Interpreter) -> c_int {
        if interpreter.is_null() {
            remember("Cannot run the program: there is no interpreter");
            return -1;
        }
        Box::from_raw(interpreter).run()
    }

    fn oxd_finalize(interpreter: *mut Interpreter) -> c_int {
        if interpreter.is_null() {
            return OK;
        }
        status(Box::from_raw(interpreter).finalize())
    }

    fn oxd_is_child() -> c_int {
        c_int::from(Interpreter::is_child())
    }

    fn oxd_error() -> *const c_char {
        LAST_ERROR.with(|last| last.borrow().as_ptr())
    }

    fn oxd_python_version() -> *const c_char {
        const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("OXD_PYTHON_VERSION"), "\0").as_bytes()) {
            Ok(version) => version,
            Err(_) => panic!("versions hold no zero"),
        };
        VERSION.as_ptr()
    }
}
