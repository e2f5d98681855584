//! Whose memory a block is: mimalloc says of any address whether it is its own.

use oxd_runtime::pyo3::ffi::{
    PyMem_Free, PyMem_Malloc, PyMem_RawFree, PyMem_RawMalloc, PyObject_Free, PyObject_Malloc,
};
use oxd_runtime::{AllocatorBackend, Error, Interpreter, InterpreterConfig};
use std::ffi::c_void;
use std::process::Command;

unsafe extern "C" {
    fn mi_is_in_heap_region(address: *const c_void) -> bool;
}

/// Counts: a program's own allocator, as one with a profiler has it.
#[cfg(feature = "own-allocator")]
mod own {
    use std::alloc::{GlobalAlloc, Layout, System};
    use std::sync::atomic::{AtomicUsize, Ordering};

    pub struct Counted(pub AtomicUsize);

    unsafe impl GlobalAlloc for Counted {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            self.0.fetch_add(1, Ordering::Relaxed);
            unsafe { System.alloc(layout) }
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            unsafe { System.dealloc(block, layout) }
        }
    }

    #[global_allocator]
    pub static COUNTED: Counted = Counted(AtomicUsize::new(0));
}

/// Who serves raw, mem and obj, and Rust.
fn served(config: InterpreterConfig) -> Result<String, Error> {
    let python = Interpreter::start(config)?;
    let is_mimalloc = |block: *const c_void| unsafe { mi_is_in_heap_region(block) };
    let found = python.with_gil(|_| unsafe {
        let (raw, mem, obj) = (PyMem_RawMalloc(99), PyMem_Malloc(99), PyObject_Malloc(99));
        let found = [raw, mem, obj].map(|block| is_mimalloc(block));
        PyMem_RawFree(raw);
        PyMem_Free(mem);
        PyObject_Free(obj);
        found
    });
    let rust = is_mimalloc(Box::into_raw(Box::new(1)).cast());
    python.finalize()?;
    Ok(format!("{found:?} {rust}"))
}

/// Each in a process of its own: allocators stay with a process.
pub fn show(config: InterpreterConfig) -> Result<(), Error> {
    let with = |backend| config.clone().allocator_backend(backend);
    let all = |backend| with(backend).allocator_raw(true).allocator_mem(true).allocator_obj(true);
    let rows = [
        config.clone(),
        with(AllocatorBackend::Mimalloc),
        with(AllocatorBackend::Mimalloc).allocator_raw(true),
        all(AllocatorBackend::Mimalloc),
        all(AllocatorBackend::Rust),
        all(AllocatorBackend::Jemalloc),
    ];
    let said = |config| served(config).unwrap_or_else(|error| error.to_string());
    if let Some(row) = std::env::args().nth(2) {
        println!("{}", said(rows[row.parse::<usize>().expect("a number")].clone()));
        return Ok(());
    }
    #[cfg(feature = "own-allocator")]
    println!("{}", own::COUNTED.0.load(std::sync::atomic::Ordering::Relaxed) > 0);
    for row in 0..rows.len() {
        let child = Command::new("/proc/self/exe").args(["allocators", &row.to_string()]).status();
        assert!(child.is_ok_and(|status| status.success()));
    }
    for row in [&rows[3], &rows[0], &rows[3]] {
        println!("{}", said(row.clone()));
    }
    Ok(())
}
