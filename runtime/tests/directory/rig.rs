//! A folder on disk with a file that acts as the executable, and what is packed into it.

use crate::support::image::{self, File};
use oxd_runtime::{directory, payload};
use std::fs::Permissions;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, UNIX_EPOCH};

const MTIME: u64 = 1_700_000_000;

fn files() -> Vec<File<'static>> {
    let file = |path, bytes, executable| File { path, bytes, executable, on_page: false };
    vec![
        file("tree/file", b"hello, file\n", false),
        file("tree/run", b"#!/bin/sh\necho ran\n", true),
        file("tree/empty", b"", false),
        file("tree/dir/inner/deep/leaf", b"leaf\n", false),
        file("tree/.hidden", b"h\n", false),
    ]
}

/// The workshop of this test program: a folder on disk with the executable, the sources compiled, the tree packed.
pub struct Rig {
    pub folder: PathBuf,
    /// The file that acts as the executable.
    pub executable: PathBuf,
}

impl Rig {
    /// What is packed in `tree`, as files in a folder of that name.
    pub fn write_to_disk(&self, name: &str) -> PathBuf {
        for file in files() {
            let path = self.folder.join(name).join(file.path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, file.bytes).unwrap();
        }
        let folder = self.folder.join(name).join("tree");
        settle(&folder);
        folder
    }

    /// Runs `program FOLDER ARGUMENTS` on the same files, mounted read-only.
    pub fn ask_on_read_only_disk(&self, program: &Path, arguments: &[&Path]) -> String {
        let folder = self.write_to_disk("disk");
        let mount = "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" && exec \"$0\" \"$@\"";
        let mut shell = Command::new("unshare");
        shell.args(["-rm", "sh", "-c", mount]).arg(program).arg(&folder).args(arguments);
        let output = shell.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The modes and times that packed files have.
fn settle(path: &Path) {
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|entry| settle(&entry.unwrap().path()));
    }
    let mode = if path.is_dir() || path.ends_with("run") { 0o555 } else { 0o444 };
    let file = std::fs::File::open(path).unwrap();
    file.set_modified(UNIX_EPOCH + Duration::from_secs(MTIME)).unwrap();
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

pub fn rig() -> &'static Rig {
    static RIG: OnceLock<Rig> = OnceLock::new();
    RIG.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("directory-{}", std::process::id()));
        forget_finished();
        std::fs::create_dir_all(&folder).unwrap();
        let executable = folder.join("app");
        std::fs::write(&executable, b"the executable itself").unwrap();
        let libraries = libraries(&folder);
        let mut packed = files();
        packed.extend(libraries.iter().map(|(path, bytes)| File { path, bytes, executable: false, on_page: false }));
        let bytes = image::payload(
            &[packed, vec![File { path: "tree/file", bytes: b"hello, file\n", executable: false, on_page: false }]],
            MTIME,
        );
        let root = executable.as_os_str().as_bytes().to_vec();
        payload::install(payload::Payload::open(bytes.leak(), root).unwrap());
        directory::start();
        Rig { folder, executable }
    })
}

/// Removes the folders of earlier runs.
fn forget_finished() {
    for entry in std::fs::read_dir(env!("CARGO_TARGET_TMPDIR")).into_iter().flatten().flatten() {
        let name = entry.file_name().into_string().unwrap_or_default();
        let process = name.strip_prefix("directory-").map(|id| Path::new("/proc").join(id));
        if process.is_some_and(|process| !process.exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

pub fn compile(source: &Path, to: &Path, arguments: &[&str]) {
    let mut gcc = Command::new("cc");
    gcc.arg("-O1").args(arguments).arg("-o").arg(to).arg(source);
    let made = gcc.output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

fn compile_text(text: &str, to: &Path, arguments: &[&str]) {
    let source = to.with_extension("c");
    std::fs::write(&source, text).unwrap();
    let libraries = arguments.iter().skip_while(|argument| !argument.starts_with('-')).copied().collect::<Vec<_>>();
    compile(&source, to, &[&["-shared", "-fPIC", "-Wl,--no-as-needed"], &libraries[..]].concat());
}

/// Libraries that need each other as those of wheels do: the bundled ones in a folder beside the package.
fn libraries(folder: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let build = folder.join("build");
    std::fs::create_dir_all(&build).unwrap();
    let at = |name: &str| build.join(name);
    let search = format!("-L{}", build.display());
    let make = |name: &'static str, text: &str, arguments: &[&str]| {
        let soname = format!("-Wl,-soname,{name}");
        compile_text(text, &at(name), &[&[&soname[..], &search], arguments].concat());
    };
    make("libbase.so.1", "int counter; int base(void) { return 40 + counter; }", &[]);
    make("libmiddle.so.1", "int base(void); int middle(void) { return base() + 1; }", &["-l:libbase.so.1"]);
    // Uses base() without saying so, as some bundled libraries do.
    make(
        "libunderlinked.so.1",
        "int base(void); int (*pointer)(void) = base; int under(void) { return pointer(); }",
        &[],
    );
    let origin = "-Wl,-rpath,$ORIGIN/../package.libs";
    make("extension.so", "int middle(void); int answer(void) { return middle() + 1; }", &["-l:libmiddle.so.1", origin]);
    make(
        "needy.so",
        "int under(void); int base(void); int answer(void) { return under() + base() - 38; }",
        &["-l:libunderlinked.so.1", "-l:libbase.so.1", origin],
    );
    make("broken.so", "int missing_symbol(void); int (*at)(void) = missing_symbol;", &[]);
    make("plugin.so", "int plugin(void) { return 7; }", &[]);
    make(
        "asking.so",
        "#include <dlfcn.h>\nvoid *ask(void) { return dlopen(\"plugin.so\", RTLD_NOW); }",
        &["-Wl,-rpath,$ORIGIN/plugins"],
    );
    let read = |name: &str| std::fs::read(at(name)).unwrap();
    vec![
        ("package.libs/libbase.so.1", read("libbase.so.1")),
        ("package.libs/libmiddle.so.1", read("libmiddle.so.1")),
        ("package.libs/libunderlinked.so.1", read("libunderlinked.so.1")),
        ("package/extension.so", read("extension.so")),
        ("package/needy.so", read("needy.so")),
        ("package/broken.so", read("broken.so")),
        ("package/asking.so", read("asking.so")),
        ("package/plugins/plugin.so", read("plugin.so")),
        ("package/once.so", read("plugin.so")),
        ("elsewhere/liblonely.so", read("plugin.so")),
        ("package/not-a-library.so", b"text".to_vec()),
    ]
}
