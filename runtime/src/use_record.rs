//! A file in which a process notes what it uses, line by line, so that one that is killed has left what it used so far.

use std::ffi::{CString, OsStr};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

pub struct UseRecord {
    path: CString,
}

impl UseRecord {
    /// A new file `FOLDER/KIND-UUID`. None, and a word about it, when it cannot be made.
    pub fn create(folder: &OsStr, kind: &str) -> Option<UseRecord> {
        // The program may change its directory.
        let folder = std::path::absolute(folder).unwrap_or_else(|_| PathBuf::from(folder));
        let path = folder.join(format!("{kind}-{}", random_uuid()));
        if let Err(error) = std::fs::File::create(&path) {
            eprintln!("Cannot write \"{}\": {error}", path.display());
            return None;
        }
        Some(UseRecord { path: CString::new(path.as_os_str().as_bytes()).ok()? })
    }

    /// A new one in the same folder: for a process that was forked from the one that made this.
    pub fn another(&self, kind: &str) -> Option<UseRecord> {
        UseRecord::create(self.path().parent()?.as_os_str(), kind)
    }

    /// Adds a line. Allocates nothing and keeps no descriptor: programs close those that they do not know, and the number
    /// would be another file's. What cannot be written is left out; `errno` stays.
    pub fn append(&self, line: &[u8]) {
        let parts =
            [line, b"\n"].map(|part| libc::iovec { iov_base: part.as_ptr().cast_mut().cast(), iov_len: part.len() });
        // Safety: plain calls; one write on O_APPEND is one piece in the file, whoever else writes.
        unsafe {
            let before = *libc::__errno_location();
            let fd = libc::open(self.path.as_ptr(), libc::O_WRONLY | libc::O_APPEND | libc::O_CLOEXEC);
            if fd >= 0 {
                libc::writev(fd, parts.as_ptr(), parts.len() as i32);
                libc::close(fd);
            }
            *libc::__errno_location() = before;
        }
    }

    /// Puts these lines in place of all that was added, in one step.
    pub fn replace<'a>(&self, lines: impl Iterator<Item = &'a [u8]>) {
        let text: Vec<u8> = lines.flat_map(|line| [line, &b"\n"[..]]).flatten().copied().collect();
        let path = self.path();
        // With a dot in front: patterns such as `modules-*` must not find it half written.
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let aside = path.with_file_name(format!(".{name}"));
        let written = std::fs::File::create(&aside).and_then(|mut file| file.write_all(&text));
        if written.and_then(|()| std::fs::rename(&aside, path)).is_err() {
            // The lines as they were added stay.
            let _ = std::fs::remove_file(&aside);
        }
    }

    fn path(&self) -> &Path {
        Path::new(OsStr::from_bytes(self.path.to_bytes()))
    }
}

/// Version 4.
fn random_uuid() -> String {
    let mut bytes = [0u8; 16];
    // Safety: fills at most that many; few enough that it cannot be interrupted.
    unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
