//! Links the stub, and tells programs that use this crate how they are to be linked. What is linked comes from the
//! environment, set by the daemon (daemon/executable/stub.ts) or by a project's .cargo/config.toml:
//!
//! - `OXD_PYTHON_STATIC`: absolute path of libpythonX.Y.a, linked in whole;
//! - `OXD_PYTHON_LIBS`: further linker arguments that its objects need, separated by spaces;
//! - `OXD_PYTHON_SHARED=1` instead of both: nothing is linked, the packed libpython is loaded at start;
//! - `PYO3_CONFIG_FILE`: pyo3-ffi's own, for the layout of CPython's structures.
//!
//! Arguments for the linker do not reach the programs of other packages. They find them, one a line, in the file that
//! `DEP_OXD_PYTHON_LINK_ARGUMENTS` names in their build scripts (docs/reference/embedding.md).

use std::path::PathBuf;
use std::process::Command;

fn main() {
    for name in ["OXD_PYTHON_STATIC", "OXD_PYTHON_LIBS", "OXD_PYTHON_SHARED"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/directory/exports.txt");
    #[cfg(feature = "interpreter")]
    {
        pyo3_build_config::use_pyo3_cfgs();
        println!("cargo:rustc-env=OXD_PYTHON_VERSION={}", pyo3_build_config::get().version());
    }

    let mut arguments = vec![];
    if std::env::var_os("OXD_PYTHON_SHARED").is_some() {
        println!("cargo:rustc-cfg=oxd_shared_python");
    } else if let Ok(archive) = std::env::var("OXD_PYTHON_STATIC") {
        println!("cargo:rerun-if-changed={archive}");
        arguments.extend(["-Wl,--whole-archive".into(), archive, "-Wl,--no-whole-archive".into()]);
        let libraries = std::env::var("OXD_PYTHON_LIBS").unwrap_or_default();
        arguments.extend(libraries.split_whitespace().map(String::from));
    }
    arguments.extend(link_compiler_library("libgcc_s.so", "libgcc_eh.a"));
    if std::env::var_os("CARGO_FEATURE_PYTHON_ALLOCATOR_SNMALLOC").is_some() {
        arguments.extend(link_compiler_library("libstdc++.so", "libstdc++.a"));
    }
    let exports = format!("-Wl,--dynamic-list={}", write_dynamic_list().display());
    arguments.push(exports.clone());
    for argument in &arguments {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
    // At a fixed address (docs/decisions/fixed-address.md): the 36,000 relocations of CPython's frozen modules need not be
    // stored nor done at each start.
    println!("cargo:rustc-link-arg-bins=-no-pie");
    // The tests are executables that act as directories too. What is published goes without them, and cargo refuses
    // arguments for what is not there.
    if std::path::Path::new("tests").is_dir() {
        println!("cargo:rustc-link-arg-tests={exports}");
    }
    let list = out_folder().join("link-arguments");
    std::fs::write(&list, arguments.join("\n") + "\n").expect("the build folder is writable");
    println!("cargo:link_arguments={}", list.display());
}

fn out_folder() -> PathBuf {
    PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"))
}

/// Rust's library asks for libgcc_s by name, though a program that aborts on panic never unwinds: one more library to
/// find and relocate at each start, and small machines lack it. A linker script of that name gives the static one. So it
/// is with the library of C++ for an allocator that is written in that.
fn link_compiler_library(name: &str, archive: &str) -> Option<String> {
    let compiler = std::env::var("CC").unwrap_or("cc".into());
    let found = Command::new(compiler).arg(format!("-print-file-name={archive}")).output();
    let archive = found.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string()).unwrap_or_default();
    // Compilers without it repeat the bare name: then things stay as they are.
    archive.starts_with('/').then(|| {
        let folder = out_folder().join(name.trim_end_matches(".so"));
        std::fs::create_dir_all(&folder).expect("the build folder is writable");
        std::fs::write(folder.join(name), format!("INPUT({archive})\n")).expect("the build folder is writable");
        format!("-L{}", folder.display())
    })
}

/// Extension modules need CPython's API, and every library must find our file calls before libc's. All else stays
/// hidden: exported copies of zlib or OpenSSL would take the place of those that wheels bring along.
fn write_dynamic_list() -> PathBuf {
    let calls = std::fs::read_to_string("src/directory/exports.txt").unwrap_or_default();
    let calls = calls.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let symbols: String = ["Py*", "_Py*"].into_iter().chain(calls).map(|symbol| format!("  {symbol};\n")).collect();
    let path = out_folder().join("exports.ld");
    std::fs::write(&path, format!("{{\n{symbols}}};\n")).expect("the build folder is writable");
    path
}
