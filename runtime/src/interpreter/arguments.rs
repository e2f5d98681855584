//! The command line as C passes it on.

use crate::directory::starts_interpreter;
use std::ffi::{CStr, CString, c_char};
use std::marker::PhantomData;

use super::settings::Role;

/// Arguments with the pointers that CPython wants.
pub struct Arguments<'a> {
    pointers: Vec<*mut c_char>,
    /// What was made here; the pointers refer to it.
    _made: Vec<CString>,
    _given: PhantomData<&'a CStr>,
}

impl<'a> Arguments<'a> {
    pub fn new(arguments: &[&'a CStr]) -> Arguments<'a> {
        let pointers = arguments.iter().map(|argument| argument.as_ptr().cast_mut()).collect();
        Arguments { pointers, _made: vec![], _given: PhantomData }
    }

    pub fn raw(&self) -> (isize, *const *mut c_char) {
        (self.pointers.len() as isize, self.pointers.as_ptr())
    }

    fn made(arguments: Vec<CString>) -> Arguments<'a> {
        let pointers = arguments.iter().map(|argument| argument.as_ptr().cast_mut()).collect();
        Arguments { pointers, _made: arguments, _given: PhantomData }
    }

    /// Where sys.frozen is set, multiprocessing starts its children as `EXE --multiprocessing-fork name=value …` instead
    /// of `EXE -c CODE --multiprocessing-fork`; this makes the second out of the first.
    pub fn for_interpreter(arguments: &[&'a CStr]) -> Arguments<'a> {
        if arguments.get(1).map(|argument| argument.to_bytes()) != Some(b"--multiprocessing-fork") {
            return Arguments::new(arguments);
        }
        let names = arguments[2..].iter().filter_map(|argument| argument.to_str().ok()).filter(|argument| {
            let (name, value) = argument.split_once('=').unwrap_or_default();
            let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
            is_name && (value == "None" || value.parse::<u64>().is_ok())
        });
        let names = names.collect::<Vec<_>>().join(", ");
        let call = format!("from multiprocessing.spawn import spawn_main; spawn_main({names})");
        let call = CString::new(call).unwrap_or_default();
        Arguments::made(vec![arguments[0].to_owned(), c"-c".to_owned(), call, arguments[1].to_owned()])
    }
}

/// The mark of interpreter mode is argv[0] alone: whoever starts `sys.executable` cannot pass more between vfork and
/// exec. Programs that tell multiprocessing to start themselves (`set_executable`, `sys.executable = …`) make children of
/// another mark; it is theirs where `dispatches` is false.
pub fn role(root: &[u8], arguments: &[&CStr], dispatches: bool) -> Role {
    let argument = |index: usize| arguments.get(index).map_or(&b""[..], |argument| argument.to_bytes());
    let is_child = dispatches && argument(1) == b"--multiprocessing-fork";
    if starts_interpreter(root, argument(0)) || is_child { Role::Interpreter } else { Role::Program }
}
