//! Where memory may not be executed: libraries and programs in a private folder of the user's.

use std::ffi::{CString, OsStr, OsString};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Once;

/// The path of a file on disk with these bytes, written or found there. None where there is no place for it.
///
/// Nobody else can write in the folder, and a file that is there already is compared byte by byte.
pub fn file(path: &[u8], content: &[u8]) -> Option<CString> {
    let folder = private_folder()?;
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let mut own = OsString::from(format!("{:08x}-{}-", crc32fast::hash(content), content.len()));
    own.push(OsStr::from_bytes(name));
    let file = folder.join(own);
    if !holds(&file, content) {
        write(&folder, &file, content).ok()?;
    }
    mention(&folder);
    CString::new(file.into_os_string().into_vec()).ok()
}

/// The cache folder of the XDG base directories, or one in /var/tmp; mode 0700 and ours, or not used.
fn private_folder() -> Option<PathBuf> {
    let user = unsafe { libc::geteuid() };
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")).filter(|path| path.is_absolute());
    let fixed = PathBuf::from(format!("/var/tmp/oxd-{user}"));
    let candidates = cache.into_iter().chain(home).map(|cache| cache.join("oxd-libraries")).chain([fixed]);
    candidates.into_iter().find(|folder| {
        let _ = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        let found = std::fs::symlink_metadata(folder);
        found.is_ok_and(|found| found.is_dir() && found.uid() == user && found.mode() & 0o077 == 0)
    })
}

fn holds(file: &Path, content: &[u8]) -> bool {
    let Ok(opened) = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW).open(file) else { return false };
    let mut found = Vec::new();
    let mut limited = opened.take(content.len() as u64 + 1);
    limited.read_to_end(&mut found).is_ok() && found == content
}

/// Beside, then renamed: another process may be loading the file.
fn write(folder: &Path, file: &Path, content: &[u8]) -> std::io::Result<()> {
    let partial = folder.join(format!(".{}-{}", std::process::id(), unsafe { libc::gettid() }));
    let mut new: File = OpenOptions::new().write(true).create(true).truncate(true).mode(0o500).open(&partial)?;
    let written = new.write_all(content).and_then(|()| std::fs::rename(&partial, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    written
}

fn mention(folder: &Path) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if std::env::var_os("OXD_DEBUG").is_some() {
            eprintln!("oxd: memory may not be executed here; libraries are kept in \"{}\"", folder.display());
        }
    });
}
