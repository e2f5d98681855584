//! The allocator that a feature of this crate has compiled in; without one there is Rust's alone.
//!
//! A feature `allocator-…` makes it that of the whole program. With `python-allocator-…` the program chooses its own.

#[cfg(any(
    all(feature = "python-allocator-jemalloc", feature = "python-allocator-mimalloc"),
    all(feature = "python-allocator-jemalloc", feature = "python-allocator-snmalloc"),
    all(feature = "python-allocator-mimalloc", feature = "python-allocator-snmalloc"),
))]
compile_error!("a program has one allocator: choose one of the features allocator-jemalloc, -mimalloc and -snmalloc");

#[cfg(feature = "python-allocator-jemalloc")]
mod linked {
    pub const BACKEND: crate::AllocatorBackend = crate::AllocatorBackend::Jemalloc;
    pub use tikv_jemalloc_sys::{calloc, free, malloc, realloc};

    #[cfg_attr(feature = "global-allocator", global_allocator)]
    pub static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
}

#[cfg(feature = "python-allocator-mimalloc")]
mod linked {
    use std::ffi::c_void;

    pub const BACKEND: crate::AllocatorBackend = crate::AllocatorBackend::Mimalloc;
    pub use libmimalloc_sys::{mi_free as free, mi_malloc as malloc, mi_realloc as realloc};

    #[cfg_attr(feature = "global-allocator", global_allocator)]
    pub static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

    pub unsafe fn calloc(count: usize, size: usize) -> *mut c_void {
        // Safety: plain call.
        count.checked_mul(size).map_or(std::ptr::null_mut(), |bytes| unsafe { libmimalloc_sys::mi_zalloc(bytes) })
    }
}

#[cfg(feature = "python-allocator-snmalloc")]
mod linked {
    pub const BACKEND: crate::AllocatorBackend = crate::AllocatorBackend::Snmalloc;
    pub use snmalloc_sys::{sn_calloc as calloc, sn_free as free, sn_malloc as malloc, sn_realloc as realloc};

    #[cfg_attr(feature = "global-allocator", global_allocator)]
    pub static ALLOCATOR: snmalloc_rs::SnMalloc = snmalloc_rs::SnMalloc;
}

#[cfg(not(any(
    feature = "python-allocator-jemalloc",
    feature = "python-allocator-mimalloc",
    feature = "python-allocator-snmalloc"
)))]
mod chosen {
    pub const BACKEND: crate::AllocatorBackend = crate::AllocatorBackend::Rust;
    pub use crate::interpreter::allocator::of_rust::OfRust as Compiled;
}

#[cfg(any(
    feature = "python-allocator-jemalloc",
    feature = "python-allocator-mimalloc",
    feature = "python-allocator-snmalloc"
))]
mod chosen {
    use super::linked::{self, ALLOCATOR};
    use crate::interpreter::allocator::Functions;
    pub use linked::BACKEND;
    use std::alloc::{GlobalAlloc, Layout};
    use std::ffi::c_void;

    pub struct Compiled;

    // Safety of all: Python gives back what it got, and asks for no empty block.
    impl Functions for Compiled {
        unsafe fn malloc(size: usize) -> *mut c_void {
            unsafe { linked::malloc(size) }
        }

        unsafe fn calloc(count: usize, size: usize) -> *mut c_void {
            unsafe { linked::calloc(count, size) }
        }

        unsafe fn realloc(pointer: *mut c_void, size: usize) -> *mut c_void {
            unsafe { linked::realloc(pointer, size) }
        }

        unsafe fn free(pointer: *mut c_void) {
            unsafe { linked::free(pointer) }
        }

        unsafe fn allocate_arena(layout: Layout) -> *mut u8 {
            unsafe { ALLOCATOR.alloc(layout) }
        }

        unsafe fn release_arena(arena: *mut u8, layout: Layout) {
            unsafe { ALLOCATOR.dealloc(arena, layout) }
        }
    }
}

pub use chosen::{BACKEND, Compiled};
