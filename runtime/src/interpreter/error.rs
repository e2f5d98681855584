//! What can go wrong between a host program and its interpreter.

use std::path::PathBuf;

/// Why an interpreter could not be started, used or ended. The text says what happened and what to do about it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// This process has an interpreter already; there is one at a time.
    AlreadyRunning,
    /// There is no packed tree where it was looked for.
    NoResources {
        /// What is in its place.
        reason: String,
    },
    /// The file with the packed tree could not be read.
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The packed tree is not as it was written.
    Damaged {
        /// Where.
        reason: String,
    },
    /// The configuration cannot be understood.
    Config {
        /// Which part of it.
        reason: String,
    },
    /// Python's memory cannot come from where the configuration says.
    Allocator {
        /// Why, and what to do.
        reason: String,
    },
    /// The tree was packed for another version of Python than this program is linked with.
    Version {
        /// Of the packed tree, such as "3.12".
        packed: String,
    },
    /// An extension module of the program's own cannot be added.
    ExtensionModule {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The packed libpython could not be loaded.
    Library {
        /// What the dynamic linker said.
        reason: String,
    },
    /// CPython refused to start.
    Python {
        /// The part of CPython that refused.
        step: String,
        /// Its words.
        reason: String,
    },
    /// CPython parsed the command line and wants the process to end, as after `--version`.
    Exit {
        /// The exit code.
        code: i32,
    },
    /// Python code raised an exception that nobody caught.
    Exception {
        /// As Python would print it.
        traceback: String,
    },
    /// Not all that Python had written to its standard streams could be passed on.
    Flush,
}

impl std::fmt::Display for Error {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::AlreadyRunning => write!(
                formatter,
                "Cannot start an interpreter: this process has one already. Finalize that one, or drop it"
            ),
            Error::NoResources { reason } => write!(
                formatter,
                "Cannot find packed resources: {reason}. Build the program with oxd, or give the resources as a file"
            ),
            Error::Read { path, source } => write!(
                formatter,
                "Cannot read packed resources from \"{}\": {source}. Check that the file is there and may be read",
                path.display()
            ),
            Error::Damaged { reason } => {
                write!(formatter, "The packed resources are damaged: {reason}. Build or copy them again")
            }
            Error::Config { reason } => write!(
                formatter,
                "Cannot understand the configuration: {reason}. Write it with the oxd that this crate came with"
            ),
            Error::Allocator { reason } => write!(formatter, "Cannot give Python its allocators: {reason}"),
            Error::Version { packed } => write!(
                formatter,
                "Cannot use resources of Python {packed}: this program has Python {}. Build both for the same version",
                crate::PYTHON_VERSION
            ),
            Error::ExtensionModule { name, reason } => {
                write!(formatter, "Cannot add the extension module \"{name}\": {reason}. Give it another name")
            }
            Error::Library { reason } => write!(
                formatter,
                "Cannot load the packed libpython: {reason}. Pack it, or build for a Python with a static library"
            ),
            Error::Python { step, reason } => {
                write!(formatter, "Python cannot start: {step}: {reason}. Check the settings of the interpreter")
            }
            Error::Exit { code } => {
                write!(formatter, "Python's command line asks to end with code {code}. End the program with it")
            }
            Error::Exception { traceback } => {
                write!(formatter, "Python raised an exception that nobody caught\n{}", traceback.trim_end())
            }
            Error::Flush => write!(
                formatter,
                "Cannot write all that Python had buffered for its standard streams. Check where they lead"
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Read { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<crate::payload::Damaged> for Error {
    fn from(damaged: crate::payload::Damaged) -> Error {
        Error::Damaged { reason: damaged.0 }
    }
}
