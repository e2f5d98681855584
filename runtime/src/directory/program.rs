//! Running something packed: `<exe>/bin/python3` is the executable itself, another program runs from memory.
//!
//! Callers may be between fork and exec, so nothing here allocates (save where memory may not be executed and a file
//! has to do); the argument list is rebuilt on the stack.

use super::errno::{self, Errno};
use super::original::Strings;
use super::place::Place;
use super::resolve::{Kind, PATH_BYTES_MAX, Path, PathBuffer};
use super::tree::{self, Node};
use super::{fallback, space};
use libc::{c_char, c_int};
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};

pub use crate::payload::EXECUTABLE;

/// `argv[0]` below the root that makes the executable start as a plain interpreter.
const MARK: &[u8] = b"/bin/python3";
/// Longer argument lists get their room from `mmap`; 8 kB of stack are there even between vfork and exec.
pub const ARGUMENTS_ON_STACK: usize = 1024;
/// What the kernel reads of a script's first line.
const SHEBANG_BYTES_MAX: usize = 256;

/// What has to be executed in place of something packed.
enum Program<'a> {
    Interpreter,
    /// A script for the packed interpreter, with the option from its first line.
    Script {
        option: Option<&'a [u8]>,
    },
    Memory {
        bytes: &'a [u8],
    },
}

fn program<'a>(place: &Place, node: Node, bytes: &'a [u8]) -> Result<Program<'a>, Errno> {
    if let Node::Interpreter(_) = node {
        return Ok(Program::Interpreter);
    }
    if node.kind() == Kind::Directory || !node.is_executable() {
        return Err(Errno(libc::EACCES));
    }
    let Some((interpreter, option)) = shebang(bytes) else { return Ok(Program::Memory { bytes }) };
    let below = interpreter.strip_prefix(place.payload.root()).and_then(|path| path.strip_prefix(b"/"));
    match below.and_then(|path| tree::find(place.payload, path)) {
        Some(Node::Interpreter(_)) => Ok(Program::Script { option }),
        _ => Ok(Program::Memory { bytes }),
    }
}

/// The interpreter of a script and its one option, as the kernel splits them.
fn shebang(bytes: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let line = bytes.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = line[..line.len().min(SHEBANG_BYTES_MAX)].trim_ascii();
    let end = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
    let option = line[end..].trim_ascii();
    Some((&line[..end], (!option.is_empty()).then_some(option)))
}

/// Runs `exec(path, arguments)` with what stands for the program at `place`.
pub fn launch(
    place: &Place,
    arguments: Strings,
    exec: impl Fn(*const c_char, Strings) -> c_int,
) -> Result<c_int, Errno> {
    let node = place.node()?;
    let content = match node {
        Node::Packed(entry) if node.is_executable() => {
            Some(place.payload.content(entry).map_err(|_| Errno(libc::EIO))?)
        }
        _ => None,
    };
    let bytes = content.as_deref().unwrap_or_default();
    let mut mark_buffer: PathBuffer = [MaybeUninit::uninit(); PATH_BYTES_MAX];
    let mut path_buffer: PathBuffer = [MaybeUninit::uninit(); PATH_BYTES_MAX];
    let mut option_buffer: PathBuffer = [MaybeUninit::uninit(); PATH_BYTES_MAX];
    let mark = text(&mut mark_buffer, &[place.payload.root(), MARK])?;
    match program(place, node, bytes)? {
        Program::Interpreter => with_arguments(&[mark], arguments, |arguments| exec(EXECUTABLE.as_ptr(), arguments)),
        Program::Script { option } => {
            let script = text(&mut path_buffer, &[place.payload.root(), b"/", place.path])?;
            match option {
                Some(option) => {
                    let first = [mark, text(&mut option_buffer, &[option])?, script];
                    with_arguments(&first, arguments, |arguments| exec(EXECUTABLE.as_ptr(), arguments))
                }
                None => with_arguments(&[mark, script], arguments, |arguments| exec(EXECUTABLE.as_ptr(), arguments)),
            }
        }
        Program::Memory { bytes } => {
            let fd = match space::anonymous_program(place.path) {
                Ok(fd) => fd,
                Err(refused) if space::is_forbidden(refused) => {
                    let on_disk = fallback::file(place.path, bytes).ok_or(refused)?;
                    return Ok(exec(on_disk.as_ptr(), arguments));
                }
                Err(refused) => return Err(refused),
            };
            let mut name = [0; 32];
            let answer = space::write_all(fd, bytes).map(|()| {
                if shebang(bytes).is_some() {
                    // The script's interpreter opens it by this name after exec.
                    unsafe { libc::fcntl(fd, libc::F_SETFD, 0) };
                }
                exec(space::name_of_descriptor(fd, &mut name), arguments)
            });
            space::close(fd);
            answer
        }
    }
}

pub fn text(buffer: &mut PathBuffer, parts: &[&[u8]]) -> Result<*const c_char, Errno> {
    let mut path = Path::new(buffer);
    if parts.iter().all(|part| path.push(part)) { Ok(path.as_c()) } else { Err(Errno(libc::ENAMETOOLONG)) }
}

/// Calls `run` with `first` in place of the first argument, then the others.
fn with_arguments(
    first: &[*const c_char],
    arguments: Strings,
    run: impl FnOnce(Strings) -> c_int,
) -> Result<c_int, Errno> {
    // Safety: argument lists end with null; the room is for all of them and the final null.
    unsafe {
        let count = count(arguments);
        let others = count.saturating_sub(1);
        let total = first.len() + others + 1;
        let mut on_stack = [null::<c_char>(); ARGUMENTS_ON_STACK];
        let bytes = total * size_of::<*const c_char>();
        let room = if total <= ARGUMENTS_ON_STACK {
            on_stack.as_mut_ptr()
        } else {
            let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
            match libc::mmap(null_mut(), bytes, access, kind, -1, 0) {
                libc::MAP_FAILED => return Err(Errno(libc::ENOMEM)),
                room => room.cast(),
            }
        };
        std::ptr::copy_nonoverlapping(first.as_ptr(), room, first.len());
        if others > 0 {
            std::ptr::copy_nonoverlapping(arguments.add(1), room.add(first.len()), others);
        }
        room.add(total - 1).write(null());
        let answer = run(room.cast_const());
        if total > ARGUMENTS_ON_STACK {
            errno::preserved(|| libc::munmap(room.cast(), bytes));
        }
        Ok(answer)
    }
}

unsafe fn count(arguments: Strings) -> usize {
    if arguments.is_null() {
        return 0;
    }
    (0..).take_while(|index| !unsafe { *arguments.add(*index) }.is_null()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    #[test]
    fn a_first_line_is_split_as_the_kernel_splits_it() {
        let check = |text: &str, expected: Option<(&str, Option<&str>)>| {
            let expected = expected.map(|(path, option)| (path.as_bytes(), option.map(str::as_bytes)));
            assert_eq!(shebang(text.as_bytes()), expected, "{text:?}");
        };
        check("#!/bin/sh\nx", Some(("/bin/sh", None)));
        check("#! /usr/bin/env python3 -I \n", Some(("/usr/bin/env", Some("python3 -I"))));
        check("#!/bin/sh", Some(("/bin/sh", None)));
        check("#!\n", Some(("", None)));
        check("\x7fELF", None);
    }

    #[test]
    fn the_first_argument_is_replaced_whatever_the_list() {
        let check = |count: usize| {
            let given = [c"old".as_ptr()].into_iter().chain(std::iter::repeat_n(c"x".as_ptr(), count));
            let given: Vec<_> = given.chain([null()]).collect();
            let replaced = with_arguments(&[c"mark".as_ptr(), c"script".as_ptr()], given.as_ptr(), |list| unsafe {
                assert_eq!(CStr::from_ptr(*list), c"mark");
                assert_eq!(CStr::from_ptr(*list.add(1)), c"script");
                super::count(list) as c_int
            });
            assert_eq!(replaced, Ok(count as c_int + 2));
        };
        [0, 1, ARGUMENTS_ON_STACK - 4, ARGUMENTS_ON_STACK, 5000].into_iter().for_each(check);
        assert_eq!(with_arguments(&[c"mark".as_ptr()], null(), |list| unsafe { super::count(list) } as c_int), Ok(1));
    }
}
