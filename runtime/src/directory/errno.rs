//! Error numbers in and out of C.

use libc::{c_char, c_int, c_void, ssize_t};

/// An error number of the kernel's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errno(pub c_int);

pub fn last() -> Errno {
    // Safety: the address is valid for the life of the thread.
    Errno(unsafe { *libc::__errno_location() })
}

pub fn set(errno: Errno) {
    // Safety: as above.
    unsafe { *libc::__errno_location() = errno.0 };
}

/// Runs `work` with no trace left in `errno`: a call that succeeds must not change it.
pub fn preserved<T>(work: impl FnOnce() -> T) -> T {
    let before = last();
    let result = work();
    set(before);
    result
}

/// What a C function returns to say that it failed.
pub trait Answer: Copy {
    const FAILED: Self;

    fn failed(self) -> bool;

    /// Turns the answer of one of our functions into C's convention.
    fn from_result(result: Result<Self, Errno>) -> Self {
        result.unwrap_or_else(|errno| {
            set(errno);
            Self::FAILED
        })
    }
}

macro_rules! minus_one {
    ($($type:ty),*) => { $(
        impl Answer for $type {
            const FAILED: Self = -1;

            #[inline]
            fn failed(self) -> bool {
                self == -1
            }
        }
    )* };
}
minus_one!(c_int, ssize_t, libc::c_long);

macro_rules! null {
    ($($type:ty),*) => { $(
        impl Answer for *mut $type {
            const FAILED: Self = std::ptr::null_mut();

            #[inline]
            fn failed(self) -> bool {
                self.is_null()
            }
        }
    )* };
}
null!(c_char, c_void, libc::FILE, libc::DIR);
