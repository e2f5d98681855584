//! The file that holds the payload: pieces of it can be mapped once more, where code has to lie.

use super::mapping::EXECUTABLE;
use std::ffi::{CStr, CString, OsStr};
#[cfg(feature = "c-api")]
use std::os::unix::ffi::OsStrExt;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;

/// What tells a file from one that has taken its place, and from what it was before it was written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    device: u64,
    inode: u64,
    length: u64,
    /// Seconds and nanoseconds of its last change.
    modified: (i64, i64),
}

/// A file, and where in it the payload begins.
#[derive(Debug, Clone)]
pub struct Backing {
    /// Absolute.
    file: CString,
    offset: u64,
    /// None for the running executable: its name in /proc stands for no other file.
    identity: Option<Identity>,
}

impl From<&std::fs::Metadata> for Identity {
    fn from(of: &std::fs::Metadata) -> Identity {
        Identity { device: of.dev(), inode: of.ino(), length: of.len(), modified: (of.mtime(), of.mtime_nsec()) }
    }
}

impl From<&libc::stat> for Identity {
    fn from(of: &libc::stat) -> Identity {
        Identity {
            device: of.st_dev,
            inode: of.st_ino,
            length: of.st_size as u64,
            modified: (of.st_mtime, of.st_mtime_nsec),
        }
    }
}

impl Backing {
    /// The running executable.
    pub fn executable(offset: u64) -> Backing {
        Backing { file: EXECUTABLE.into(), offset, identity: None }
    }

    /// None where the path leads nowhere.
    pub fn new(path: &OsStr, offset: u64, identity: Option<Identity>) -> Option<Backing> {
        // Programs change their directory.
        let file = std::fs::canonicalize(path).ok()?;
        Some(Backing { file: CString::new(file.into_os_string().into_vec()).ok()?, offset, identity })
    }

    /// The library of that name, which the dynamic linker has mapped at `address`; None where another file is there by
    /// now, or where the kernel does not say (the numbers of some filesystems differ in /proc).
    #[cfg(feature = "c-api")]
    pub fn library(name: &CStr, address: usize, offset: u64) -> Option<Backing> {
        let path = OsStr::from_bytes(name.to_bytes());
        let found = std::fs::metadata(path).ok()?;
        let (device, inode) = mapped_at(address)?;
        let number = format!("{:02x}:{:02x}", libc::major(found.dev()), libc::minor(found.dev()));
        (device == number && inode == found.ino())
            .then(|| Backing::new(path, offset, Some(Identity::from(&found))))
            .flatten()
    }

    pub fn file(&self) -> &CStr {
        &self.file
    }

    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether a file that was opened by the name is the one that was meant.
    pub fn is(&self, opened: &libc::stat) -> bool {
        self.identity.as_ref().is_none_or(|identity| *identity == Identity::from(opened))
    }
}

/// Device and inode of the file that is mapped there, as /proc/self/maps has them.
#[cfg(feature = "c-api")]
fn mapped_at(address: usize) -> Option<(String, u64)> {
    let maps = std::fs::read("/proc/self/maps").ok()?;
    let maps = String::from_utf8_lossy(&maps);
    let number = |text| usize::from_str_radix(text, 16).ok();
    maps.lines().find_map(|line| {
        // Its addresses, protection, offset, device, inode, path.
        let mut fields = line.split_ascii_whitespace();
        let (start, end) = fields.next()?.split_once('-')?;
        if !(number(start)?..number(end)?).contains(&address) {
            return None;
        }
        let device = fields.nth(2)?.to_string();
        Some((device, fields.next()?.parse().ok()?))
    })
}
