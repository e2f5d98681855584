//! Rust's standard library on the packed tree and on real files: a shared library that is linked with a `std` of its own
//! is loaded into this program, which stands for the executable, and says what the same code says as a program.

#[path = "directory/rig.rs"]
mod rig;
mod support;

use rig::{Rig, rig};
use std::ffi::{CString, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

type Standard = unsafe extern "C" fn(*const c_char, *const c_char);

fn compile(rig: &Rig, name: &str, arguments: &[&str]) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/directory/standard.rs");
    let (to, rustc) = (rig.folder.join(name), std::env::var_os("RUSTC").unwrap_or("rustc".into()));
    let mut compiler = Command::new(rustc);
    compiler.args(["--edition", "2024"]).args(arguments).arg("-o").arg(&to).arg(source);
    let made = compiler.output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    to
}

fn c(text: &OsStr) -> CString {
    CString::new(text.as_bytes()).unwrap()
}

/// What the library says, in this process.
fn ask_here(rig: &Rig, folder: &Path, said: &str) -> String {
    let library = compile(rig, "standard.so", &["--crate-type", "cdylib"]);
    let said = rig.folder.join(said);
    unsafe {
        let handle = libc::dlopen(c(library.as_os_str()).as_ptr(), libc::RTLD_NOW);
        assert!(!handle.is_null());
        let standard: Standard = std::mem::transmute(libc::dlsym(handle, c"standard".as_ptr()));
        standard(c(folder.as_os_str()).as_ptr(), c(said.as_os_str()).as_ptr());
    }
    std::fs::read_to_string(said).unwrap()
}

fn check(ours: &str, kernels: &str) {
    assert!(kernels.lines().count() > 500, "{}", kernels.lines().count());
    assert_eq!(ours.lines().count(), kernels.lines().count());
    let different = kernels.lines().zip(ours.lines()).filter(|(expected, found)| expected != found);
    let different: Vec<String> =
        different.map(|(expected, found)| format!("kernel {expected}\nhere   {found}")).collect();
    assert!(different.is_empty(), "{} calls differ:\n{}", different.len(), different.join("\n"));
}

#[test]
fn the_standard_library_finds_a_read_only_folder_in_the_tree_and_real_files_beside_it() {
    let rig = rig();
    let program = compile(rig, "standard", &["--cfg", "program"]);
    let said = rig.folder.join("said-by-program");
    rig.ask_on_read_only_disk(&program, &[&said]);
    check(&ask_here(rig, &rig.executable.join("tree"), "said"), &std::fs::read_to_string(&said).unwrap());

    let asked = Command::new(&program).arg(rig.write_to_disk("first")).arg(&said).status().unwrap();
    assert!(asked.success());
    check(&ask_here(rig, &rig.write_to_disk("second"), "said-of-real"), &std::fs::read_to_string(&said).unwrap());
}
