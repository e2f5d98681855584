//! A second name for the interpreter, for programs that do not see the tree.
//!
//! A shell cannot run `/opt/app/bin/python3`, since to it `/opt/app` is a file. It can run `/opt/.//./app`, which is the
//! same file, and nobody else would write it like that: the executable takes it as the mark of interpreter mode. So
//! what is handed to other programs, as an argument of its own or within a shell's command, is renamed on its way.

use super::errno;
use super::original::{self, Strings};
use crate::payload::payload;
use libc::{FILE, c_char, c_int};
use std::ffi::{CStr, CString};
use std::ptr::{copy_nonoverlapping, null, null_mut};

const INTERPRETERS: [&[u8]; 2] = [b"/bin/python3", b"/bin/python"];
/// Before the executable's name, in place of the slash. Shorter than what it replaces, so renaming needs no more room.
const MARK: &[u8] = b"/.//./";
const SHELLS: [&[u8]; 7] = [b"sh", b"bash", b"dash", b"zsh", b"ksh", b"ash", b"fish"];

/// Whether a program that was started under this name is to be the plain interpreter.
pub fn starts_interpreter(root: &[u8], name: &[u8]) -> bool {
    let virtual_name = name.strip_prefix(root).is_some_and(|below| INTERPRETERS.contains(&below));
    let (folder, base) = split(root);
    let visible = name.strip_prefix(folder).and_then(|rest| rest.strip_prefix(MARK)) == Some(base);
    virtual_name || visible || is_of_renamed(name)
}

/// Whether a name is the virtual one below a path that the executable had before: it was renamed, replaced or removed
/// while it ran, and then started its interpreter. Whoever is started by a real path is there.
fn is_of_renamed(name: &[u8]) -> bool {
    let absolute = name.starts_with(b"/") && INTERPRETERS.iter().any(|interpreter| name.ends_with(interpreter));
    let exists = |name: CString| unsafe { original::access(name.as_ptr(), libc::F_OK) } == 0;
    absolute && CString::new(name).is_ok_and(|name| !exists(name))
}

fn split(root: &[u8]) -> (&[u8], &[u8]) {
    let slash = root.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    (&root[..slash], &root[(slash + 1).min(root.len())..])
}

/// Hands `text` on in pieces, every whole name of the interpreter in it renamed; false when there is none.
fn rename(root: &[u8], text: &[u8], mut put: impl FnMut(&[u8])) -> bool {
    let (folder, base) = split(root);
    let (mut rest, mut before, mut found) = (text, b' ', false);
    while let Some(at) = find(rest, root) {
        let after = &rest[at + root.len()..];
        let name = INTERPRETERS.iter().find(|name| after.starts_with(name) && !continues(after.get(name.len())));
        let starts = !continues(Some(if at > 0 { &rest[at - 1] } else { &before }));
        put(&rest[..at]);
        let taken = match name {
            Some(name) if starts => {
                [folder, MARK, base].into_iter().for_each(&mut put);
                found = true;
                root.len() + name.len()
            }
            _ => {
                put(root);
                root.len()
            }
        };
        before = rest[at + taken - 1];
        rest = &rest[at + taken..];
    }
    put(rest);
    found
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    // Safety: both are valid for their length.
    let at = unsafe { libc::memmem(text.as_ptr().cast(), text.len(), wanted.as_ptr().cast(), wanted.len()) };
    (!at.is_null()).then(|| at as usize - text.as_ptr() as usize)
}

/// Whether a byte beside a path would make it a part of a longer one.
fn continues(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(byte))
}

fn is_shell(program: &[u8]) -> bool {
    program.rsplit(|byte| *byte == b'/').next().is_some_and(|name| SHELLS.contains(&name))
}

/// Whether an argument may be renamed: a shell's command, or nothing but the interpreter's name.
fn is_eligible(root: &[u8], program: &[u8], option: &[u8], argument: &[u8]) -> bool {
    let command = is_shell(program) && option.starts_with(b"-") && option.ends_with(b"c");
    command || argument.strip_prefix(root).is_some_and(|below| INTERPRETERS.contains(&below))
}

/// Calls `run` with the arguments as another program understands them. Allocates with `mmap` alone, and only where
/// something has to be renamed.
pub unsafe fn with_visible(arguments: Strings, run: impl FnOnce(Strings) -> c_int) -> c_int {
    let Some(root) = payload().map(|payload| payload.root()).filter(|_| !arguments.is_null()) else {
        return run(arguments);
    };
    // Safety: the caller's list ends with null and holds C strings.
    let text = |index: usize| unsafe { CStr::from_ptr(*arguments.add(index)) }.to_bytes();
    let count = (0..).take_while(|index| !unsafe { *arguments.add(*index) }.is_null()).count();
    let renamed = |index: &usize| {
        let eligible = *index > 0 && is_eligible(root, text(0), text(index - 1), text(*index));
        eligible && rename(root, text(*index), |_| {})
    };
    let texts: usize = (0..count).filter(renamed).map(|index| text(index).len() + 1).sum();
    if texts == 0 {
        return run(arguments);
    }
    let list_bytes = (count + 1) * size_of::<*const c_char>();
    // Safety: the room is for the list, its final null and the renamed texts, which do not grow.
    unsafe {
        let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        let room = libc::mmap(null_mut(), list_bytes + texts, access, kind, -1, 0);
        if room == libc::MAP_FAILED {
            return run(arguments);
        }
        let (list, mut free): (*mut *const c_char, *mut u8) = (room.cast(), room.cast::<u8>().add(list_bytes));
        for index in 0..count {
            let mut argument = *arguments.add(index);
            if renamed(&index) {
                argument = free.cast();
                rename(root, text(index), |piece| {
                    copy_nonoverlapping(piece.as_ptr(), free, piece.len());
                    free = free.add(piece.len());
                });
                // The new mapping is zero, so the text ends here.
                free = free.add(1);
            }
            list.add(index).write(argument);
        }
        list.add(count).write(null());
        let answer = run(list.cast_const());
        errno::preserved(|| libc::munmap(room, list_bytes + texts));
        answer
    }
}

/// A command for the shell, renamed; None when it may stay as it is.
unsafe fn visible_command(command: *const c_char) -> Option<CString> {
    let root = payload().filter(|_| !command.is_null())?.root();
    let mut renamed = Vec::new();
    rename(root, unsafe { CStr::from_ptr(command) }.to_bytes(), |piece| renamed.extend_from_slice(piece))
        .then(|| CString::new(renamed).ok())?
}

unsafe fn run_command(command: *const c_char) -> c_int {
    let visible = unsafe { visible_command(command) };
    unsafe { original::system(visible.as_deref().map_or(command, CStr::as_ptr)) }
}

unsafe fn open_command(command: *const c_char, mode: *const c_char) -> *mut FILE {
    let visible = unsafe { visible_command(command) };
    unsafe { original::popen(visible.as_deref().map_or(command, CStr::as_ptr), mode) }
}

exported! {
    fn system(command: *const c_char) -> c_int = run_command(command);
    fn popen(command: *const c_char, mode: *const c_char) -> *mut FILE = open_command(command, mode);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_of_the_interpreter_are_renamed() {
        let check = |text: &str, expected: &str| {
            let mut renamed = Vec::new();
            let found = rename(b"/opt/my app", text.as_bytes(), |piece| renamed.extend_from_slice(piece));
            assert_eq!(String::from_utf8(renamed).unwrap(), expected);
            assert_eq!(found, text != expected);
        };
        check("'/opt/my app/bin/python3' -c 'x'", "'/opt/.//./my app' -c 'x'");
        check("P='/opt/my app/bin/python'; '/opt/my app/bin/python3'", "P='/opt/.//./my app'; '/opt/.//./my app'");
        check("/opt/my app/bin/python3.11", "/opt/my app/bin/python3.11");
        check("/opt/my app/bin/python3/x", "/opt/my app/bin/python3/x");
        check("/srv/opt/my app/bin/python3", "/srv/opt/my app/bin/python3");
        check("/opt/my app/data", "/opt/my app/data");
        check("", "");
    }

    #[test]
    fn only_commands_and_whole_arguments_are_looked_at() {
        let check = |program: &str, option: &str, argument: &str, expected: bool| {
            let eligible = is_eligible(b"/opt/app", program.as_bytes(), option.as_bytes(), argument.as_bytes());
            assert_eq!(eligible, expected, "{program} {option} {argument}");
        };
        check("/bin/sh", "-c", "echo /opt/app/bin/python3", true);
        check("bash", "-lc", "x", true);
        check("env", "X=1", "/opt/app/bin/python3", true);
        check("echo", "-c", "see /opt/app/bin/python3", false);
        check("/bin/sh", "script", "/opt/app/bin/python3.11", false);
    }

    #[test]
    fn both_names_start_the_interpreter() {
        let check =
            |name: &str, expected| assert_eq!(starts_interpreter(b"/opt/app", name.as_bytes()), expected, "{name}");
        check("/opt/app/bin/python3", true);
        check("/opt/app/bin/python", true);
        check("/opt/.//./app", true);
        check("/opt/app", false);
        check("/opt/./app", false);
        check("app", false);
        check("/nowhere/app/bin/python3", true);
        check("/bin/sh/bin/python3", true);
        check("/usr/bin/env", false);
        assert!(starts_interpreter(b"/app", b"/.//./app"));
    }
}
