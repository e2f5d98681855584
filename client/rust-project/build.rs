//! Asks oxd for what `pyoxidizer.bzl` describes: the files that this program carries, and the Python to link it with.
//!
//! Environment variables, each also with `PYOXIDIZER` in place of `OXD`:
//! - `OXD_EXE`: the oxd to start, instead of the one on `PATH` or the one that made this project;
//! - `OXD_BUILD_TARGET`: which target of the config to take, instead of the one that is for build scripts;
//! - `OXD_ARTIFACT_DIR`: a folder with what `oxd build` or `oxd generate-python-embedding-artifacts` wrote: it is used as
//!   it is, and nothing is started;
//! - `OXD_REUSE_ARTIFACTS`: the same with what an earlier build left in cargo's own folder.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// The oxd that made this project.
const MAKER: &str = "$OXD";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out_folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let reuses = setting("REUSE_ARTIFACTS").is_some()
        && out_folder.join("default_python_config.rs").exists();
    match setting("ARTIFACT_DIR").map(PathBuf::from) {
        Some(folder) => use_artifacts(&folder),
        None if reuses => use_artifacts(&out_folder),
        None => run_oxd(),
    }
    // What else this program must be linked with, to be the folder of its own files.
    let list = env::var("DEP_OXD_PYTHON_LINK_ARGUMENTS").expect("oxd-runtime is a dependency");
    for argument in lines_of(Path::new(&list)) {
        println!("cargo:rustc-link-arg={argument}");
    }
}

/// The value of `OXD_NAME` or `PYOXIDIZER_NAME`.
fn setting(name: &str) -> Option<String> {
    ["OXD", "PYOXIDIZER"].iter().find_map(|prefix| {
        let variable = format!("{prefix}_{name}");
        println!("cargo:rerun-if-env-changed={variable}");
        env::var(variable).ok().filter(|value| !value.is_empty())
    })
}

/// Tells cargo of artifacts that are there.
fn use_artifacts(folder: &Path) {
    let file = |name: &str| folder.join(name).display().to_string();
    println!("cargo:rerun-if-changed={}", folder.display());
    println!(
        "cargo:rustc-env=DEFAULT_PYTHON_CONFIG_RS={}",
        file("default_python_config.rs")
    );
    for argument in lines_of(&folder.join("link-arguments")) {
        // Either an option, or a library in the folder.
        let argument = if argument.starts_with('-') {
            argument
        } else {
            file(&argument)
        };
        println!("cargo:rustc-link-arg={argument}");
    }
}

/// Has oxd make the artifacts. It tells cargo of them itself.
fn run_oxd() {
    let target = setting("BUILD_TARGET");
    let programs = [setting("EXE"), Some("oxd".into()), Some(MAKER.into())];
    for program in programs.iter().flatten() {
        let mut command = Command::new(program);
        command
            .args(["run-build-script", "build.rs"])
            .stderr(Stdio::inherit());
        command.args(target.iter().flat_map(|name| ["--target", name]));
        match command.output() {
            Ok(output) if output.status.success() => {
                return print!("{}", String::from_utf8_lossy(&output.stdout));
            }
            Ok(output) => fail(&format!("{program} ended with {}", output.status)),
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => fail(&format!("cannot start {program}: {error}")),
        }
    }
    fail(
        "cannot find oxd: put it on PATH, name it by OXD_EXE, or name a folder with its artifacts by OXD_ARTIFACT_DIR",
    )
}

fn lines_of(path: &Path) -> Vec<String> {
    match fs::read_to_string(path) {
        Ok(text) => text.lines().map(String::from).collect(),
        Err(error) => fail(&format!("cannot read {}: {error}", path.display())),
    }
}

fn fail(message: &str) -> ! {
    eprintln!("error: {message}");
    std::process::exit(1)
}
