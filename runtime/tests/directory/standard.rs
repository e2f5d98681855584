//! Calls Rust's `std::fs` and `std::process` on paths below a folder and writes what came of it, one line a call. As a
//! shared library it is loaded into the executable under test; as a program (`--cfg program`) it asks the kernel.
//! A library of its own, with a standard library of its own: what programs in other languages link.

use std::ffi::{CStr, c_char};
use std::fs::{self, File, FileTimes, OpenOptions, Permissions};
use std::io::{Error, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirEntryExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

struct Report<'a> {
    root: &'a Path,
    lines: Vec<String>,
}

fn error_of(error: &Error) -> String {
    error.raw_os_error().map_or_else(|| error.to_string(), |number| format!("errno {number}"))
}

impl Report<'_> {
    fn say(&mut self, call: &str, path: &Path, result: Result<String, Error>) {
        let shown = path.to_string_lossy().replace(&*self.root.to_string_lossy(), "");
        let result = result.unwrap_or_else(|error| error_of(&error));
        self.lines.push(format!("{call} {shown}: {result}"));
    }

    fn done(&mut self, call: &str, path: &Path, result: Result<(), Error>) {
        self.say(call, path, result.map(|()| "done".into()));
    }
}

fn describe(found: &fs::Metadata) -> String {
    // The size of a real folder is its file system's own affair.
    let length = if found.is_dir() { 0 } else { found.len() };
    // What was changed a moment ago differs from run to run.
    let modified = found.modified().unwrap().duration_since(UNIX_EPOCH).unwrap().as_secs().min(1_700_000_001);
    format!("{:?} {length} bytes, mode {:o}, modified {modified}", found.file_type(), found.mode())
}

fn list(path: &Path) -> Result<String, Error> {
    let mut listed = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let same = entry.ino() == entry.metadata()?.ino();
        listed.push(format!("{:?} {:?} {same}", entry.file_name(), entry.file_type()?));
    }
    listed.sort();
    Ok(listed.join(", "))
}

fn use_file(path: &Path) -> Result<String, Error> {
    let mut file = File::open(path)?;
    let described = describe(&file.metadata()?);
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    let end = file.seek(SeekFrom::End(-2)).map_err(|error| error_of(&error));
    let mut two = [0; 2];
    let read = file.read_at(&mut two, 1).map_err(|error| error_of(&error));
    let copy = file.try_clone()?.metadata()?.len();
    let written = file.write(b"x").map_err(|error| error_of(&error));
    let shortened = file.set_len(0).map_err(|error| error_of(&error));
    let times = FileTimes::new().set_modified(UNIX_EPOCH);
    let dated = file.set_times(times).map_err(|error| error_of(&error));
    let set = file.set_permissions(Permissions::from_mode(0o777)).map_err(|error| error_of(&error));
    Ok(format!("{described} {text:?} {end:?} {read:?} {two:?} {copy} {written:?} {shortened:?} {dated:?} {set:?}"))
}

fn read_calls(report: &mut Report, path: &Path) {
    report.say("metadata", path, fs::metadata(path).map(|found| describe(&found)));
    report.say("symlink_metadata", path, fs::symlink_metadata(path).map(|found| describe(&found)));
    report.say("try_exists", path, fs::exists(path).map(|there| there.to_string()));
    report.say("is_dir", path, Ok(format!("{} {} {}", path.is_dir(), path.is_file(), path.is_symlink())));
    // A packed folder reads as an empty file, which docs/reference/directory.md lists as a limit.
    if !path.is_dir() {
        report.say("read", path, fs::read(path).map(|bytes| format!("{bytes:?}")));
        report.say("read_to_string", path, fs::read_to_string(path));
        report.say("use", path, use_file(path));
        let copied = std::env::temp_dir().join(format!("oxd-standard-{}", std::process::id()));
        report.say("copy out", path, fs::copy(path, &copied).map(|bytes| bytes.to_string()));
        let mode = fs::metadata(&copied).map(|found| format!("{:o} {:?}", found.mode(), fs::read(&copied).unwrap()));
        report.say("copied", path, mode);
        let _ = fs::remove_file(&copied);
    }
    report.say("read_dir", path, list(path));
    let canonical = fs::canonicalize(path).map(|found| found.strip_prefix(report.root).unwrap_or(&found).display().to_string());
    report.say("canonicalize", path, canonical);
    report.say("read_link", path, fs::read_link(path).map(|found| found.display().to_string()));
    type Choose = fn(&mut OpenOptions) -> &mut OpenOptions;
    let ways: [(&str, Choose); 10] = [
        ("append", |options| options.append(true)),
        ("write", |options| options.write(true)),
        ("write, truncate", |options| options.write(true).truncate(true)),
        ("create", |options| options.write(true).create(true)),
        ("create_new", |options| options.write(true).create_new(true)),
        ("read, write", |options| options.read(true).write(true)),
        ("nothing", |options| options),
        ("O_DIRECTORY", |options| options.read(true).custom_flags(0o200000)),
        ("O_NOFOLLOW", |options| options.read(true).custom_flags(0o400000)),
        ("O_PATH", |options| options.read(true).custom_flags(0o10000000)),
    ];
    for (name, choose) in ways {
        let opened = choose(&mut OpenOptions::new()).open(path).and_then(|file| file.metadata());
        report.say(&format!("open {name}"), path, opened.map(|found| describe(&found)));
    }
    let mut program = Command::new(path);
    report.say("Command", path, program.arg("x").output().map(|output| format!("{output:?}")));
    report.say("status", path, Command::new("/bin/true").arg(path).status().map(|status| status.to_string()));
}

fn change_calls(report: &mut Report, path: &Path) {
    let outside = std::env::temp_dir().join(format!("oxd-standard-{}-other", std::process::id()));
    report.done("create_dir", path, fs::create_dir(path));
    report.done("create_dir_all", path, fs::create_dir_all(path.join("a/b")));
    report.done("rename out", path, fs::rename(path, &outside));
    report.done("rename in", path, fs::rename("/dev/null", path));
    report.done("rename within", path, fs::rename(path, report.root.join("new")));
    report.done("hard_link out", path, fs::hard_link(path, &outside));
    report.done("hard_link within", path, fs::hard_link(path, report.root.join("new")));
    report.done("symlink", path, std::os::unix::fs::symlink("x", path));
    report.done("set_permissions", path, fs::set_permissions(path, Permissions::from_mode(0o700)));
    report.done("chown", path, std::os::unix::fs::chown(path, Some(0), Some(0)));
    report.say("copy in", path, fs::copy("/etc/hostname", path).map(|bytes| bytes.to_string()));
    report.done("write", path, fs::write(path, b"x"));
    report.done("File::create", path, File::create(path).map(drop));
    report.done("remove_file", path, fs::remove_file(path));
    report.done("remove_dir", path, fs::remove_dir(path));
    report.done("remove_dir_all", path, fs::remove_dir_all(path));
    let _ = fs::remove_file(&outside).or_else(|_| fs::remove_dir_all(&outside));
}

fn ask(root: &Path, said: &Path) {
    let mut report = Report { root, lines: Vec::new() };
    let below = [
        "file", "file/", "file/x", "run", "empty", "dir", "dir/", "dir/inner/deep/leaf", "dir/../file", ".hidden", "none",
        "none/x", "dir/none",
    ];
    let paths: Vec<PathBuf> = below.iter().map(|path| PathBuf::from(format!("{}/{path}", root.display()))).collect();
    read_calls(&mut report, root);
    paths.iter().for_each(|path| read_calls(&mut report, path));
    paths.iter().for_each(|path| change_calls(&mut report, path));
    fs::write(said, report.lines.join("\n")).unwrap();
}

/// # Safety
/// Takes two paths as C strings: the folder, and the file for the report.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn standard(root: *const c_char, said: *const c_char) {
    let [root, said] = [root, said].map(|path| unsafe { CStr::from_ptr(path) }.to_str().unwrap());
    ask(Path::new(root), Path::new(said));
}

#[cfg(program)]
fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    ask(Path::new(&arguments[1]), Path::new(&arguments[2]));
}
