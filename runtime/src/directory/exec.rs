//! The exec and spawn families. Nothing here allocates: callers may be between fork and exec.

use super::alias::with_visible;
use super::errno::{self, Answer, Errno};
use super::original::{self, Actions, Attributes, Strings};
use super::place::route;
use super::program::{ARGUMENTS_ON_STACK, launch, text};
use super::resolve::{PATH_BYTES_MAX, PathBuffer};
use super::{descriptor, space};
use crate::payload::payload;
use libc::{AT_EMPTY_PATH, AT_FDCWD, c_char, c_int, pid_t};
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::ptr::null;

unsafe extern "C" {
    static environ: Strings;
}

unsafe fn exec_at(dirfd: c_int, path: *const c_char, arguments: Strings, environment: Strings, flags: c_int) -> c_int {
    let theirs = |dirfd, path| unsafe {
        with_visible(arguments, |arguments| original::execveat(dirfd, path, arguments, environment, flags))
    };
    let exec = |path, arguments| unsafe { original::execve(path, arguments, environment) };
    unsafe {
        if flags & AT_EMPTY_PATH != 0 && !path.is_null() && *path == 0 {
            return exec_descriptor(dirfd, arguments, environment);
        }
        route(dirfd, path, theirs, |place| launch(place, arguments, exec))
    }
}

/// A descriptor of ours is sealed against execution, so the program is copied to one that is not.
unsafe fn exec_descriptor(fd: c_int, arguments: Strings, environment: Strings) -> c_int {
    let Some(attributes) = descriptor::attributes(fd).filter(|found| found.executable) else {
        return unsafe { original::fexecve(fd, arguments, environment) };
    };
    let copy = match space::anonymous_program(b"program") {
        Ok(copy) => copy,
        Err(refused) => return Answer::from_result(Err(refused)),
    };
    unsafe {
        let (mut from, mut rest) = (0, attributes.size as usize);
        while rest > 0 {
            match libc::sendfile(copy, fd, &mut from, rest) {
                ..=0 => break,
                sent => rest -= sent as usize,
            }
        }
        // A script's interpreter opens it by its number: it stays open where the caller's would.
        libc::fcntl(copy, libc::F_SETFD, libc::fcntl(fd, libc::F_GETFD));
        let answer = original::fexecve(copy, arguments, environment);
        space::close(copy);
        answer
    }
}

unsafe fn exec_path(path: *const c_char, arguments: Strings, environment: Strings) -> c_int {
    let theirs =
        |_, path| unsafe { with_visible(arguments, |arguments| original::execve(path, arguments, environment)) };
    let exec = |path, arguments| unsafe { original::execve(path, arguments, environment) };
    unsafe { route(AT_FDCWD, path, theirs, |place| launch(place, arguments, exec)) }
}

/// `theirs` does libc's search; ours is only needed where $PATH leads into the tree.
unsafe fn searched(file: *const c_char, run: impl Fn(*const c_char) -> c_int) -> c_int {
    let Some(search) = (unsafe { own_search_path(file) }) else { return run(file) };
    let name = unsafe { CStr::from_ptr(file) }.to_bytes();
    let mut refused = Errno(libc::ENOENT);
    for folder in search.split(|byte| *byte == b':') {
        let mut buffer: PathBuffer = [MaybeUninit::uninit(); PATH_BYTES_MAX];
        let folder = if folder.is_empty() { b"." } else { folder };
        let Ok(path) = text(&mut buffer, &[folder, b"/", name]) else { continue };
        if run(path) == 0 {
            return 0;
        }
        match errno::last() {
            Errno(libc::ENOENT | libc::ENOTDIR) => {}
            Errno(libc::EACCES) => refused = Errno(libc::EACCES),
            _ => return -1,
        }
    }
    Answer::from_result(Err(refused))
}

/// $PATH, where a file has to be searched and a folder of it is in the tree.
unsafe fn own_search_path(file: *const c_char) -> Option<&'static [u8]> {
    let root = payload()?.root();
    // Safety: the environment is only changed by threads that do not exec at the same time, as with libc's search.
    unsafe {
        if file.is_null() || *file == 0 || !libc::strchr(file, c_int::from(b'/')).is_null() {
            return None;
        }
        let search = libc::getenv(c"PATH".as_ptr());
        let search = CStr::from_ptr(if search.is_null() { c"".as_ptr() } else { search }).to_bytes();
        search.split(|byte| *byte == b':').any(|folder| folder.starts_with(root)).then_some(search)
    }
}

unsafe fn exec_searched(file: *const c_char, arguments: Strings, environment: Strings) -> c_int {
    let theirs =
        |_, path| unsafe { with_visible(arguments, |arguments| original::execvpe(path, arguments, environment)) };
    let exec = |path, arguments| unsafe { original::execve(path, arguments, environment) };
    unsafe { searched(file, |path| route(AT_FDCWD, path, theirs, |place| launch(place, arguments, exec))) }
}

type Spawn = unsafe fn(*mut pid_t, *const c_char, Actions, Attributes, Strings, Strings) -> c_int;

/// posix_spawn returns its error number; `errno` stays as it was.
unsafe fn spawn(
    libc: Spawn,
    pid: *mut pid_t,
    path: *const c_char,
    (actions, attributes): (Actions, Attributes),
    arguments: Strings,
    environment: Strings,
) -> c_int {
    let call = |spawn: Spawn, path, arguments| match unsafe {
        spawn(pid, path, actions, attributes, arguments, environment)
    } {
        0 => 0,
        number => Answer::from_result(Err(Errno(number))),
    };
    let ours = |path, arguments| call(original::posix_spawn, path, arguments);
    let theirs = |_, path| unsafe { with_visible(arguments, |arguments| call(libc, path, arguments)) };
    errno::preserved(|| match unsafe { route(AT_FDCWD, path, theirs, |place| launch(place, arguments, ours)) } {
        0 => 0,
        _ => errno::last().0,
    })
}

unsafe fn spawn_searched(
    pid: *mut pid_t,
    file: *const c_char,
    with: (Actions, Attributes),
    arguments: Strings,
    environment: Strings,
) -> c_int {
    errno::preserved(|| unsafe {
        let run = |path| match spawn(original::posix_spawnp, pid, path, with, arguments, environment) {
            0 => 0,
            number => Answer::from_result(Err(Errno(number))),
        };
        if searched(file, run) == 0 { 0 } else { errno::last().0 }
    })
}

/// The list that a variadic call has made: `registers` of them (from the second on) in registers, the others on the
/// stack.
unsafe fn variadic(
    registers: *const *const c_char,
    stack: *const *const c_char,
    run: impl FnOnce(Strings, *const *const c_char) -> c_int,
) -> c_int {
    const IN_REGISTERS: usize = 5;
    // Safety: the caller ended its list with null.
    unsafe {
        let at = |index: usize| match index {
            ..IN_REGISTERS => registers.add(index),
            _ => stack.add(index - IN_REGISTERS),
        };
        let count = (0..).take_while(|index| !(*at(*index)).is_null()).count();
        let mut list = [null::<c_char>(); ARGUMENTS_ON_STACK];
        if count >= ARGUMENTS_ON_STACK {
            return Answer::from_result(Err(Errno(libc::E2BIG)));
        }
        for (index, argument) in list.iter_mut().enumerate().take(count) {
            *argument = *at(index);
        }
        run(list.as_ptr(), at(count + 1))
    }
}

unsafe extern "C" fn execl_from(path: *const c_char, registers: Strings, stack: Strings) -> c_int {
    unsafe { variadic(registers, stack, |arguments, _| exec_path(path, arguments, environ)) }
}

unsafe extern "C" fn execle_from(path: *const c_char, registers: Strings, stack: Strings) -> c_int {
    // The environment follows the list.
    unsafe { variadic(registers, stack, |arguments, after| exec_path(path, arguments, (*after).cast())) }
}

unsafe extern "C" fn execlp_from(path: *const c_char, registers: Strings, stack: Strings) -> c_int {
    unsafe { variadic(registers, stack, |arguments, _| exec_searched(path, arguments, environ)) }
}

/// Rust cannot define variadic functions yet: these put the register arguments beside those on the stack.
macro_rules! variadic {
    ($($name:ident => $from:ident;)*) => { $(
        /// # Safety
        /// As for libc's function of this name.
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        pub unsafe extern "C" fn $name() -> c_int {
            std::arch::naked_asm!(
                "sub rsp, 40",
                "mov [rsp], rsi",
                "mov [rsp + 8], rdx",
                "mov [rsp + 16], rcx",
                "mov [rsp + 24], r8",
                "mov [rsp + 32], r9",
                "mov rsi, rsp",
                "lea rdx, [rsp + 48]",
                "call {from}",
                "add rsp, 40",
                "ret",
                from = sym $from,
            )
        }
    )* };
}
variadic! {
    execl => execl_from;
    execle => execle_from;
    execlp => execlp_from;
}

exported! {
    fn execve(path: *const c_char, arguments: Strings, environment: Strings) -> c_int =
        exec_path(path, arguments, environment);
    fn execv(path: *const c_char, arguments: Strings) -> c_int = exec_path(path, arguments, environ);
    fn execvp(file: *const c_char, arguments: Strings) -> c_int = exec_searched(file, arguments, environ);
    fn execvpe(file: *const c_char, arguments: Strings, environment: Strings) -> c_int =
        exec_searched(file, arguments, environment);
    fn execveat(dirfd: c_int, path: *const c_char, arguments: Strings, environment: Strings, flags: c_int) -> c_int =
        exec_at(dirfd, path, arguments, environment, flags);
    fn fexecve(fd: c_int, arguments: Strings, environment: Strings) -> c_int =
        exec_descriptor(fd, arguments, environment);
    fn posix_spawn(pid: *mut pid_t, path: *const c_char, actions: Actions, attributes: Attributes, arguments: Strings, environment: Strings) -> c_int =
        spawn(original::posix_spawn, pid, path, (actions, attributes), arguments, environment);
    fn posix_spawnp(pid: *mut pid_t, file: *const c_char, actions: Actions, attributes: Attributes, arguments: Strings, environment: Strings) -> c_int =
        spawn_searched(pid, file, (actions, attributes), arguments, environment);
}
