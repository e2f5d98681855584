//! An interpreter in a program that embeds it.

use super::config::InterpreterConfig;
use super::error::Error;
use super::exit::{End, take_exception};
use super::settings::Role;
use super::start::{self, Refused};
use super::{api, arguments, program};
use crate::payload::Payload;
use pyo3_ffi::PyThreadState;
use std::ffi::{CStr, CString, OsString, c_char};
use std::marker::PhantomData;
use std::os::unix::ffi::OsStringExt;
use std::sync::atomic::{AtomicU8, Ordering};

/// The interpreter of this process.
///
/// There is one at a time, and it belongs to the thread that started it: CPython handles signals and ends there. When
/// it has ended another one can be started, with other settings and extension modules. What CPython or an extension
/// module keeps in static variables survives that (types of `#[pyclass]`, numpy), so not every extension module can be
/// imported again.
///
/// ```
/// use oxd_runtime::{Interpreter, InterpreterConfig, Run};
///
/// let config = InterpreterConfig::default();
/// # let config = config.resources(oxd_runtime::PackedResources::File(env!("OXD_DOC_RESOURCES").into()));
/// for code in [3, 0] {
///     let program = Run::Eval(format!("import sys; sys.exit({code})"));
///     assert_eq!(Interpreter::start(config.clone().run(program))?.run(), code);
/// }
/// # Ok::<(), oxd_runtime::Error>(())
/// ```
pub struct Interpreter {
    config: InterpreterConfig,
    payload: &'static Payload,
    /// Of the thread that started it, which does not hold the GIL between calls.
    thread: *mut PyThreadState,
    _not_send: PhantomData<*mut ()>,
}

/// Whether this process can start an interpreter.
static STATE: AtomicU8 = AtomicU8::new(IDLE);
const IDLE: u8 = 0;
const RUNNING: u8 = 1;
/// CPython gave up half-way, and does not say how to begin again.
const BROKEN: u8 = 2;

impl Interpreter {
    /// Starts an interpreter. The thread does not hold the GIL afterwards.
    ///
    /// Python code may start `sys.executable`, which is this program under the name of the packed interpreter. There
    /// this acts as `python` does and ends the process instead of returning: see [`Interpreter::is_child`].
    pub fn start(config: InterpreterConfig) -> Result<Interpreter, Error> {
        match STATE.compare_exchange(IDLE, RUNNING, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {}
            Err(BROKEN) => return Err(broken()),
            Err(_) => return Err(Error::AlreadyRunning),
        }
        let started = Interpreter::start_alone(config);
        if started.is_err() {
            // The rest is IDLE or BROKEN already.
            let _ = STATE.compare_exchange(RUNNING, IDLE, Ordering::AcqRel, Ordering::Acquire);
        }
        started
    }

    /// Whether this process was started by Python code as `sys.executable`, such as a child of multiprocessing. What a
    /// program does before it starts its interpreter, it does not do there.
    ///
    /// ```no_run
    /// # use oxd_runtime::{Interpreter, InterpreterConfig};
    /// if Interpreter::is_child() {
    ///     Interpreter::start(InterpreterConfig::default())?; // does not return
    /// }
    /// println!("Welcome");
    /// # Ok::<(), oxd_runtime::Error>(())
    /// ```
    pub fn is_child() -> bool {
        let name = c_strings(std::env::args_os().take(2));
        crate::payload::executable_path()
            .is_some_and(|root| arguments::role(&root, &pointers(&name), true) == Role::Interpreter)
    }

    fn start_alone(config: InterpreterConfig) -> Result<Interpreter, Error> {
        super::IS_EMBEDDED.store(true, Ordering::Relaxed);
        let opened = config.resources.open()?;
        let of_process = c_strings(std::env::args_os());
        let payload = opened.install();
        let role = arguments::role(
            payload.root(),
            &pointers(&of_process),
            config.multiprocessing_auto_dispatch != Some(false),
        );
        let given = config.arguments.clone().filter(|_| role == Role::Program).map(c_strings);
        let arguments = pointers(given.as_ref().unwrap_or(&of_process));
        start::start(payload, &config, role, &arguments).map_err(|refused| explain(refused, payload))?;
        if role == Role::Interpreter {
            // Safety: initialized; the process ends with it.
            std::process::exit(unsafe { api::Py_RunMain() });
        }
        // Safety: this thread holds the GIL.
        let thread = unsafe { api::PyEval_SaveThread() };
        Ok(Interpreter { config, payload, thread, _not_send: PhantomData })
    }

    /// Calls a function with the GIL. Other threads use `pyo3::Python::attach` while this interpreter runs.
    ///
    /// ```
    /// # use oxd_runtime::{Interpreter, InterpreterConfig};
    /// use oxd_runtime::pyo3::prelude::*;
    ///
    /// # let config = InterpreterConfig::default();
    /// # let config = config.resources(oxd_runtime::PackedResources::File(env!("OXD_DOC_RESOURCES").into()));
    /// let python = Interpreter::start(config)?;
    /// let version = python.with_gil(|py| py.import("sys")?.getattr("version")?.extract::<String>())?;
    /// assert!(version.starts_with(oxd_runtime::PYTHON_VERSION));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "pyo3")]
    pub fn with_gil<T>(&self, function: impl FnOnce(pyo3::Python<'_>) -> T) -> T {
        pyo3::Python::attach(function)
    }

    /// Runs statements in `__main__`, whose names stay for the next ones.
    pub fn run_code(&self, source: &str) -> Result<(), Error> {
        // Safety: Python runs, and this thread gives back what it takes.
        let state = unsafe { api::PyGILState_Ensure() };
        let result = program::evaluate(source).map_err(|_| Error::Exception { traceback: take_exception() });
        unsafe { api::PyGILState_Release(state) };
        result
    }

    /// Runs what the configuration says and ends the interpreter. Returns the exit code that `python` would have: 1
    /// after an exception, which is printed, and the code of `sys.exit()`.
    pub fn run(mut self) -> i32 {
        let config = std::mem::take(&mut self.config);
        let (payload, thread) = (self.payload, self.thread);
        // It ends here, and not by being dropped.
        std::mem::forget(self);
        // Safety: the state of this thread.
        unsafe { api::PyEval_RestoreThread(thread) };
        let code = program::run(payload, &config, End::Interpreter);
        STATE.store(IDLE, Ordering::Release);
        code
    }

    /// Ends the interpreter: waits for its threads, calls its atexit functions, flushes its streams. Dropping it does
    /// the same.
    pub fn finalize(mut self) -> Result<(), Error> {
        let result = self.end();
        drop(std::mem::take(&mut self.config));
        std::mem::forget(self);
        result
    }

    fn end(&mut self) -> Result<(), Error> {
        // Safety: the state of this thread; the interpreter is not used afterwards.
        let failed = unsafe {
            api::PyEval_RestoreThread(self.thread);
            api::Py_FinalizeEx() < 0
        };
        STATE.store(IDLE, Ordering::Release);
        if failed { Err(Error::Flush) } else { Ok(()) }
    }
}

impl std::fmt::Debug for Interpreter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Interpreter").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Drop for Interpreter {
    fn drop(&mut self) {
        // Nobody is left to tell.
        let _ = self.end();
    }
}

fn c_strings(arguments: impl IntoIterator<Item = OsString>) -> Vec<CString> {
    // What comes from the process has no zeros inside; what has some cannot be an argument.
    arguments.into_iter().filter_map(|argument| CString::new(argument.into_vec()).ok()).collect()
}

fn pointers(strings: &[CString]) -> Vec<&CStr> {
    strings.iter().map(CString::as_c_str).collect()
}

/// Makes an error of it, and ends what has begun.
fn explain(refused: Refused, payload: &Payload) -> Error {
    let error = match refused {
        Refused::Ours(error) => error,
        // Safety: only looks at its argument.
        Refused::Status(status) if unsafe { api::PyStatus_IsExit(status) } != 0 => {
            Error::Exit { code: status.exitcode }
        }
        Refused::Status(status) => match payload.verify_indexes() {
            Err(damaged) => damaged.into(),
            Ok(()) => Error::Python { step: text(status.func), reason: text(status.err_msg) },
        },
        Refused::Raised => Error::Exception { traceback: take_exception() },
    };
    // Safety: plain calls; a runtime without a main interpreter has not begun.
    unsafe {
        if api::Py_IsInitialized() != 0 {
            api::Py_FinalizeEx();
        } else if !api::PyInterpreterState_Main().is_null() {
            STATE.store(BROKEN, Ordering::Release);
        }
    }
    error
}

fn broken() -> Error {
    let reason = "an earlier start failed half-way, and CPython cannot begin again in the same process";
    Error::Python { step: "Interpreter::start".into(), reason: reason.into() }
}

fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return "it does not say why".into();
    }
    // Safety: CPython's own text.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}
