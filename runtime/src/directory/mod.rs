//! The executable as a directory (docs/reference/directory.md).
//!
//! The executable defines the libc functions that take paths, so every library of the process calls these. A path below
//! the executable's own is answered from the packed tree; every other one goes on to libc at the cost of one string
//! comparison. Two rules carry the whole:
//!
//! 1. A path that begins with the executable's own is ours without asking the kernel.
//! 2. Whatever else leads here (a relative path, a symbolic link, a descriptor of a packed directory) makes the kernel
//!    say ENOTDIR, since the executable is a file. Only then is it looked at more closely: success costs nothing.
//!
//! Decisions are made by safe functions (`resolve`, `tree`, and the `Place` methods of each family); the exported
//! functions only carry arguments in and errors out.

/// Defines functions under their names in libc (listed in exports.txt), for every library of the process.
macro_rules! exported {
    ($( fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? = $body:expr; )*) => { $(
        /// # Safety
        /// As for libc's function of this name.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $type),*) $(-> $result)? {
            // Safety: the caller keeps libc's contract.
            #[allow(unused_unsafe, reason = "dlerror needs none")]
            unsafe {
                $body
            }
        }
    )* };
}

mod alias;
mod attribute;
mod change;
mod descriptor;
mod errno;
mod exec;
mod fallback;
mod hierarchy;
mod library;
mod link;
mod listing;
mod open;
mod original;
mod place;
mod program;
mod resolve;
mod space;
mod stat;
mod stdio;
mod stream;
mod tree;
mod walk;

pub use alias::starts_interpreter;

/// To be called once at the start, after the payload is installed and before threads exist: finds those functions of
/// libc that must be callable where `dlsym` is not (signal handlers, and a child between fork and exec).
pub fn start() {
    original::resolve();
    place::remember_executable();
}
