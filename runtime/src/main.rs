//! The stub: what the kernel starts. C's own `main`, because Python wants the arguments as they came and sets up
//! signals itself; Rust's start-up would do both first.
#![no_main]

use std::ffi::{c_char, c_int};

/// # Safety
/// For the C runtime alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn main(count: c_int, arguments: *const *const c_char) -> c_int {
    // Safety: what the C runtime passes to main.
    let arguments = unsafe { std::slice::from_raw_parts(arguments, count as usize) };
    oxd_runtime::run_packed_program(arguments)
}
