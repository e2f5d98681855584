//! libc's own functions, behind the ones that this executable defines.
//!
//! On x86-64 the 64-bit names are the same functions, so one of each pair is enough.

use super::hierarchy;
use libc::{DIR, FILE, c_char, c_int, c_long, c_uint, c_void, dev_t, dirent, gid_t, mode_t, size_t, ssize_t, uid_t};
use std::ffi::CStr;
use std::sync::atomic::{AtomicPtr, Ordering};

pub type Strings = *const *const c_char;
pub type Times = *const libc::timespec;
pub type TimeValues = *const libc::timeval;
pub type Filter = Option<unsafe extern "C" fn(*const dirent) -> c_int>;
pub type Compare = Option<unsafe extern "C" fn(*mut *const dirent, *mut *const dirent) -> c_int>;
pub type Visit = unsafe extern "C" fn(*const c_char, *const libc::stat, c_int) -> c_int;
pub type VisitAt = unsafe extern "C" fn(*const c_char, *const libc::stat, c_int, *mut c_void) -> c_int;
pub type GlobError = Option<unsafe extern "C" fn(*const c_char, c_int) -> c_int>;
pub type Actions = *const libc::posix_spawn_file_actions_t;
pub type Attributes = *const libc::posix_spawnattr_t;

struct Original {
    name: &'static CStr,
    at: AtomicPtr<c_void>,
}

impl Original {
    const fn new(name: &'static CStr) -> Original {
        Original { name, at: AtomicPtr::new(std::ptr::null_mut()) }
    }

    #[inline]
    fn get(&self) -> *mut c_void {
        let at = self.at.load(Ordering::Relaxed);
        if at.is_null() { self.find() } else { at }
    }

    #[cold]
    fn find(&self) -> *mut c_void {
        // Safety: the name is a C string; the executable comes first in the search, so the next one is libc's.
        let mut at = unsafe { libc::dlsym(libc::RTLD_NEXT, self.name.as_ptr()) };
        if at.is_null() {
            let found = in_front(self.name).or_else(|| before_2_33(self.name.to_bytes()));
            at = found.unwrap_or(missing as *const () as *mut c_void);
        }
        self.at.store(at, Ordering::Relaxed);
        at
    }
}

/// libc's function, where libc comes before the library that holds this code: the program was linked with `-lc` first.
fn in_front(name: &CStr) -> Option<*mut c_void> {
    let base = |address: *const c_void| {
        // Safety: all zeros is a value of this plain structure, and `dladdr` takes any address.
        let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
        (unsafe { libc::dladdr(address, &mut info) } != 0).then_some(info.dli_fbase)
    };
    // Safety: the name is a C string.
    let at = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!at.is_null() && base(at) != base(in_front as *const c_void)).then_some(at)
}

/// glibc before 2.33 has `stat` and its kin only under names with a version, which is 1 on x86-64.
fn before_2_33(name: &[u8]) -> Option<*mut c_void> {
    unsafe extern "C" fn stat64(path: *const c_char, to: *mut libc::stat) -> c_int {
        unsafe { __xstat64(1, path, to) }
    }
    unsafe extern "C" fn lstat64(path: *const c_char, to: *mut libc::stat) -> c_int {
        unsafe { __lxstat64(1, path, to) }
    }
    unsafe extern "C" fn fstat64(fd: c_int, to: *mut libc::stat) -> c_int {
        unsafe { __fxstat64(1, fd, to) }
    }
    unsafe extern "C" fn fstatat64(dirfd: c_int, path: *const c_char, to: *mut libc::stat, flags: c_int) -> c_int {
        unsafe { __fxstatat64(1, dirfd, path, to, flags) }
    }
    unsafe extern "C" fn mknodat(dirfd: c_int, path: *const c_char, mode: mode_t, device: dev_t) -> c_int {
        unsafe { __xmknodat(0, dirfd, path, mode, &raw const device) }
    }
    let found = match name {
        b"stat64" => stat64 as *const (),
        b"lstat64" => lstat64 as *const (),
        b"fstat64" => fstat64 as *const (),
        b"fstatat64" => fstatat64 as *const (),
        b"mknodat" => mknodat as *const (),
        _ => return None,
    };
    Some(found as *mut c_void)
}

/// Stands for a function that this libc does not have; who calls it was not linked against this libc either.
extern "C" fn missing() -> ssize_t {
    super::errno::set(super::errno::Errno(libc::ENOSYS));
    -1
}

const fn c_name(name: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(name.as_bytes()) {
        Ok(name) => name,
        Err(_) => unreachable!(),
    }
}

macro_rules! originals {
    ($( fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)?; )*) => {
        #[allow(non_upper_case_globals, reason = "named as the functions they find")]
        mod found {
            use super::{Original, c_name};
            $( pub static $name: Original = Original::new(c_name(concat!(stringify!($name), "\0"))); )*
        }

        $(
            #[inline]
            pub unsafe fn $name($($argument: $type),*) $(-> $result)? {
                // Safety: the type is that of the function's declaration in libc's headers.
                unsafe {
                    let original: unsafe extern "C" fn($($type),*) $(-> $result)? = std::mem::transmute(found::$name.get());
                    original($($argument),*)
                }
            }
        )*
    };
}

originals! {
    fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int;
    fn openat64(dirfd: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int;
    fn fopen64(path: *const c_char, mode: *const c_char) -> *mut FILE;
    fn freopen64(path: *const c_char, mode: *const c_char, stream: *mut FILE) -> *mut FILE;

    fn fstat64(fd: c_int, to: *mut libc::stat) -> c_int;
    fn fstatat64(dirfd: c_int, path: *const c_char, to: *mut libc::stat, flags: c_int) -> c_int;
    fn stat64(path: *const c_char, to: *mut libc::stat) -> c_int;
    fn lstat64(path: *const c_char, to: *mut libc::stat) -> c_int;
    fn __xstat64(version: c_int, path: *const c_char, to: *mut libc::stat) -> c_int;
    fn __lxstat64(version: c_int, path: *const c_char, to: *mut libc::stat) -> c_int;
    fn __fxstat64(version: c_int, fd: c_int, to: *mut libc::stat) -> c_int;
    fn __fxstatat64(version: c_int, dirfd: c_int, path: *const c_char, to: *mut libc::stat, flags: c_int) -> c_int;
    fn __xmknodat(version: c_int, dirfd: c_int, path: *const c_char, mode: mode_t, device: *const dev_t) -> c_int;
    fn statx(dirfd: c_int, path: *const c_char, flags: c_int, mask: c_uint, to: *mut libc::statx) -> c_int;

    fn access(path: *const c_char, mode: c_int) -> c_int;
    fn euidaccess(path: *const c_char, mode: c_int) -> c_int;
    fn faccessat(dirfd: c_int, path: *const c_char, mode: c_int, flags: c_int) -> c_int;
    fn statvfs64(path: *const c_char, to: *mut libc::statvfs) -> c_int;
    fn fstatvfs64(fd: c_int, to: *mut libc::statvfs) -> c_int;
    fn statfs64(path: *const c_char, to: *mut libc::statfs) -> c_int;
    fn fstatfs64(fd: c_int, to: *mut libc::statfs) -> c_int;
    fn pathconf(path: *const c_char, name: c_int) -> c_long;

    fn readlink(path: *const c_char, to: *mut c_char, size: size_t) -> ssize_t;
    fn readlinkat(dirfd: c_int, path: *const c_char, to: *mut c_char, size: size_t) -> ssize_t;
    fn realpath(path: *const c_char, to: *mut c_char) -> *mut c_char;

    fn opendir(path: *const c_char) -> *mut DIR;
    fn fdopendir(fd: c_int) -> *mut DIR;
    fn readdir64(stream: *mut DIR) -> *mut dirent;
    fn readdir64_r(stream: *mut DIR, entry: *mut dirent, result: *mut *mut dirent) -> c_int;
    fn rewinddir(stream: *mut DIR);
    fn seekdir(stream: *mut DIR, position: c_long);
    fn telldir(stream: *mut DIR) -> c_long;
    fn closedir(stream: *mut DIR) -> c_int;
    fn dirfd(stream: *mut DIR) -> c_int;
    fn getdents64(fd: c_int, to: *mut c_void, size: size_t) -> ssize_t;
    fn scandirat64(dirfd: c_int, path: *const c_char, to: *mut *mut *mut dirent, filter: Filter, compare: Compare) -> c_int;
    fn ftw64(path: *const c_char, visit: Visit, descriptors: c_int) -> c_int;
    fn nftw64(path: *const c_char, visit: VisitAt, descriptors: c_int, flags: c_int) -> c_int;
    fn fts_open(paths: Strings, options: c_int, compare: hierarchy::Compare) -> *mut hierarchy::Walk;
    fn fts_read(walk: *mut hierarchy::Walk) -> *mut hierarchy::Entry;
    fn fts_children(walk: *mut hierarchy::Walk, options: c_int) -> *mut hierarchy::Entry;
    fn fts_set(walk: *mut hierarchy::Walk, entry: *mut hierarchy::Entry, instruction: c_int) -> c_int;
    fn fts_close(walk: *mut hierarchy::Walk) -> c_int;
    fn glob64(pattern: *const c_char, flags: c_int, error: GlobError, to: *mut c_void) -> c_int;

    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlmopen(namespace: c_long, path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlerror() -> *mut c_char;

    fn execve(path: *const c_char, arguments: Strings, environment: Strings) -> c_int;
    fn execvpe(file: *const c_char, arguments: Strings, environment: Strings) -> c_int;
    fn execveat(dirfd: c_int, path: *const c_char, arguments: Strings, environment: Strings, flags: c_int) -> c_int;
    fn fexecve(fd: c_int, arguments: Strings, environment: Strings) -> c_int;
    fn posix_spawn(pid: *mut libc::pid_t, path: *const c_char, actions: Actions, attributes: Attributes, arguments: Strings, environment: Strings) -> c_int;
    fn posix_spawnp(pid: *mut libc::pid_t, file: *const c_char, actions: Actions, attributes: Attributes, arguments: Strings, environment: Strings) -> c_int;

    fn system(command: *const c_char) -> c_int;
    fn popen(command: *const c_char, mode: *const c_char) -> *mut FILE;

    fn chdir(path: *const c_char) -> c_int;
    fn fchdir(fd: c_int) -> c_int;
    fn chroot(path: *const c_char) -> c_int;
    fn mkdirat(dirfd: c_int, path: *const c_char, mode: mode_t) -> c_int;
    fn mknodat(dirfd: c_int, path: *const c_char, mode: mode_t, device: dev_t) -> c_int;
    fn mkfifoat(dirfd: c_int, path: *const c_char, mode: mode_t) -> c_int;
    fn unlinkat(dirfd: c_int, path: *const c_char, flags: c_int) -> c_int;
    fn remove(path: *const c_char) -> c_int;
    fn renameat2(from_dirfd: c_int, from: *const c_char, to_dirfd: c_int, to: *const c_char, flags: c_uint) -> c_int;
    fn linkat(from_dirfd: c_int, from: *const c_char, to_dirfd: c_int, to: *const c_char, flags: c_int) -> c_int;
    fn symlinkat(text: *const c_char, dirfd: c_int, path: *const c_char) -> c_int;
    fn chmod(path: *const c_char, mode: mode_t) -> c_int;
    fn lchmod(path: *const c_char, mode: mode_t) -> c_int;
    fn fchmodat(dirfd: c_int, path: *const c_char, mode: mode_t, flags: c_int) -> c_int;
    fn fchmod(fd: c_int, mode: mode_t) -> c_int;
    fn fchown(fd: c_int, user: uid_t, group: gid_t) -> c_int;
    fn fchownat(dirfd: c_int, path: *const c_char, user: uid_t, group: gid_t, flags: c_int) -> c_int;
    fn utime(path: *const c_char, times: *const libc::utimbuf) -> c_int;
    fn utimes(path: *const c_char, times: TimeValues) -> c_int;
    fn lutimes(path: *const c_char, times: TimeValues) -> c_int;
    fn futimesat(dirfd: c_int, path: *const c_char, times: TimeValues) -> c_int;
    fn futimes(fd: c_int, times: TimeValues) -> c_int;
    fn futimens(fd: c_int, times: Times) -> c_int;
    fn utimensat(dirfd: c_int, path: *const c_char, times: Times, flags: c_int) -> c_int;
    fn truncate64(path: *const c_char, length: i64) -> c_int;
    fn mkostemps(template: *mut c_char, suffix_length: c_int, flags: c_int) -> c_int;
    fn mkdtemp(template: *mut c_char) -> *mut c_char;

    fn getxattr(path: *const c_char, name: *const c_char, to: *mut c_void, size: size_t) -> ssize_t;
    fn lgetxattr(path: *const c_char, name: *const c_char, to: *mut c_void, size: size_t) -> ssize_t;
    fn listxattr(path: *const c_char, to: *mut c_char, size: size_t) -> ssize_t;
    fn llistxattr(path: *const c_char, to: *mut c_char, size: size_t) -> ssize_t;
    fn setxattr(path: *const c_char, name: *const c_char, value: *const c_void, size: size_t, flags: c_int) -> c_int;
    fn lsetxattr(path: *const c_char, name: *const c_char, value: *const c_void, size: size_t, flags: c_int) -> c_int;
    fn removexattr(path: *const c_char, name: *const c_char) -> c_int;
    fn lremovexattr(path: *const c_char, name: *const c_char) -> c_int;
    fn inotify_add_watch(fd: c_int, path: *const c_char, mask: u32) -> c_int;
}

/// Finds what may be called in a signal handler or between fork and exec, where `dlsym` could wait for a lock that
/// nobody will release; the rest is found at its first use.
pub fn resolve() {
    let signal_safe = [
        &found::open64,
        &found::openat64,
        &found::fstat64,
        &found::fstatat64,
        &found::stat64,
        &found::lstat64,
        &found::access,
        &found::faccessat,
        &found::readlink,
        &found::chdir,
        &found::fchdir,
        &found::unlinkat,
        &found::execve,
        &found::execvpe,
        &found::execveat,
        &found::fexecve,
    ];
    signal_safe.iter().for_each(|original| {
        original.get();
    });
}

/// Address of `dlopen`, for the jump that keeps its caller's return address (see `library`).
pub fn dlopen_address() -> *mut c_void {
    found::dlopen.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_older_glibc_say_the_same() {
        type Stat = unsafe extern "C" fn(*const c_char, *mut libc::stat) -> c_int;
        type StatAt = unsafe extern "C" fn(c_int, *const c_char, *mut libc::stat, c_int) -> c_int;
        type Fstat = unsafe extern "C" fn(c_int, *mut libc::stat) -> c_int;
        let path = c"/proc/self/exe".as_ptr();
        let find = |name: &[u8]| before_2_33(name).expect("one of them");
        let said = |call: &dyn Fn(*mut libc::stat) -> c_int| {
            let mut stat: libc::stat = unsafe { std::mem::zeroed() };
            assert_eq!(call(&mut stat), 0);
            (stat.st_ino, stat.st_mode, stat.st_size)
        };
        unsafe {
            let old: Stat = std::mem::transmute(find(b"stat64"));
            assert_eq!(said(&|to| old(path, to)), said(&|to| stat64(path, to)));
            let old: Stat = std::mem::transmute(find(b"lstat64"));
            assert_eq!(said(&|to| old(path, to)), said(&|to| lstat64(path, to)));
            let old: Fstat = std::mem::transmute(find(b"fstat64"));
            assert_eq!(said(&|to| old(0, to)), said(&|to| fstat64(0, to)));
            let old: StatAt = std::mem::transmute(find(b"fstatat64"));
            assert_eq!(said(&|to| old(-1, path, to, 0)), said(&|to| fstatat64(-1, path, to, 0)));
        }
    }
}
