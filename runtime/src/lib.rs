//! CPython in one file: what runs inside every executable that oxd builds, and for programs that embed Python themselves.
//!
//! A program gives an [`InterpreterConfig`] to [`Interpreter::start`], uses the interpreter and ends it by
//! [`run`](Interpreter::run), [`finalize`](Interpreter::finalize) or dropping it. Python finds its standard library, the
//! program's packages and their data in [`PackedResources`], which appear as a directory below the path of the running
//! executable. Errors are [`Error`] values.
//!
//! ```
//! use oxd_runtime::{Interpreter, InterpreterConfig};
//!
//! let config = InterpreterConfig::default().utf8_mode(true);
//! # let config = config.resources(oxd_runtime::PackedResources::File(env!("OXD_DOC_RESOURCES").into()));
//! let python = Interpreter::start(config)?;
//! python.run_code("import json; assert json.loads('[1]') == [1]")?;
//! python.finalize()?;
//! # Ok::<(), oxd_runtime::Error>(())
//! ```
//!
//! # Features
//!
//! - `interpreter` (default): the interpreter; without it the crate is the packed tree alone.
//! - `c-api`: the functions of include/oxd.h, for the libraries that oxd links.
//! - `pyo3`: [`Interpreter::with_gil`] and the `pyo3` crate that belongs to it.
//! - `allocator-jemalloc`, `allocator-mimalloc`, `allocator-snmalloc`: one of these makes that the allocator of the whole
//!   program, and lets it serve Python's memory ([`InterpreterConfig::allocator_backend`]).
//! - `python-allocator-jemalloc`, `python-allocator-mimalloc`, `python-allocator-snmalloc`: for Python's memory alone, in
//!   programs with a `#[global_allocator]` of their own.
//!
//! How to link and pack a program is told in docs/reference/embedding.md of oxd.
#![deny(missing_docs)]

#[cfg(feature = "c-api")]
#[doc(hidden)]
pub mod c_api;
#[doc(hidden)]
pub mod directory;
#[cfg(feature = "interpreter")]
mod interpreter;
#[doc(hidden)]
pub mod payload;
mod reserved_note;
mod use_record;

#[cfg(feature = "interpreter")]
pub use interpreter::{
    Allocator, AllocatorBackend, CheckHashPycs, Error, ExtensionModule, Interpreter, InterpreterConfig, LocaleCoercion,
    PackedResources, Run, StartMethod,
};
#[cfg(feature = "pyo3")]
pub use pyo3;
/// A Python object, as the functions of extension modules return it.
#[cfg(feature = "interpreter")]
pub use pyo3_ffi::PyObject;

/// The version of Python that this crate was built for, such as "3.11".
#[cfg(feature = "interpreter")]
pub const PYTHON_VERSION: &str = env!("OXD_PYTHON_VERSION");

/// For the stub's own `main`.
#[cfg(feature = "interpreter")]
#[doc(hidden)]
pub use interpreter::main as run_packed_program;
