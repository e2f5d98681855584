//! The command line as C passes it on.

use crate::directory::starts_interpreter;
use crate::payload::Payload;
use std::ffi::{CStr, CString, c_char};

use super::settings::Role;

/// Arguments with the pointers that CPython wants.
pub struct Arguments {
    pointers: Vec<*mut c_char>,
    /// What was made here; the pointers refer to it.
    _made: Vec<CString>,
}

impl Arguments {
    pub fn new(arguments: &[&'static CStr]) -> Arguments {
        Arguments { pointers: arguments.iter().map(|argument| argument.as_ptr().cast_mut()).collect(), _made: vec![] }
    }

    pub fn raw(&self) -> (isize, *const *mut c_char) {
        (self.pointers.len() as isize, self.pointers.as_ptr())
    }

    fn made(arguments: Vec<CString>) -> Arguments {
        Arguments {
            pointers: arguments.iter().map(|argument| argument.as_ptr().cast_mut()).collect(),
            _made: arguments,
        }
    }
}

/// The mark of interpreter mode is argv[0] alone: whoever starts `sys.executable` cannot pass more between vfork and
/// exec.
pub fn role(payload: &Payload, arguments: &[&CStr]) -> Role {
    let name = arguments.first().map_or(&b""[..], |name| name.to_bytes());
    if starts_interpreter(payload.root(), name) { Role::Interpreter } else { Role::Program }
}

/// Where sys.frozen is set, multiprocessing starts its children as `EXE --multiprocessing-fork name=value …` instead of
/// `EXE -c CODE --multiprocessing-fork`; this makes the second out of the first.
pub fn for_interpreter(arguments: &[&'static CStr]) -> Arguments {
    if arguments.get(1).map(|argument| argument.to_bytes()) != Some(b"--multiprocessing-fork") {
        return Arguments::new(arguments);
    }
    let names = arguments[2..].iter().filter_map(|argument| argument.to_str().ok()).filter(|argument| {
        let (name, value) = argument.split_once('=').unwrap_or_default();
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        is_name && (value == "None" || value.parse::<u64>().is_ok())
    });
    let call =
        format!("from multiprocessing.spawn import spawn_main; spawn_main({})", names.collect::<Vec<_>>().join(", "));
    let made =
        [arguments[0].to_owned(), c"-c".to_owned(), CString::new(call).unwrap_or_default(), arguments[1].to_owned()];
    Arguments::made(made.into())
}
