//! Where the packed tree of an interpreter comes from.

use super::config::InterpreterConfig;
use super::error::Error;
use super::settings;
use crate::payload::{self, Payload};
use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Where the packed tree is. Wherever that is, the tree appears below the path of the running executable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PackedResources {
    /// In the running executable or in the library that holds this crate, where oxd packed it.
    #[default]
    Executable,
    /// A payload in memory, as docs/reference/image-format.md describes it.
    Bytes(&'static [u8]),
    /// A file with nothing but a payload, or an executable or library that oxd has packed. It is mapped, so it must not
    /// be changed in place while the process lives. Replacing it by another one is fine.
    File(PathBuf),
}

impl PackedResources {
    /// The configuration that was packed with the tree, set to use these resources.
    pub fn config(&self) -> Result<InterpreterConfig, Error> {
        let opened = self.open()?;
        let config = InterpreterConfig::packed(&opened)?;
        let resources = match &config.packed_file {
            Some(file) => PackedResources::File(file.replace("$ORIGIN", &settings::origin(&opened)).into()),
            None => self.clone(),
        };
        Ok(config.resources(resources))
    }

    /// The tree; the one that this process uses already where it is the same.
    pub(super) fn open(&self) -> Result<Opened, Error> {
        let root = payload::executable_path();
        let root = root.ok_or(Error::NoResources { reason: "/proc is not mounted".into() })?;
        // Where in the executable the payload begins, if that is where it is.
        let mut offset = None;
        let bytes = match self {
            PackedResources::Executable => own(&mut offset)?,
            PackedResources::Bytes(bytes) => bytes,
            PackedResources::File(path) => payload_of(path, map(path)?)?,
        };
        if let Some(known) = payload::payload().filter(|known| known.is_on(bytes, &root)) {
            return Ok(Opened::Installed(known));
        }
        let payload = Payload::open(bytes, root)?;
        Ok(Opened::New(Box::new(match offset {
            Some(offset) => payload.backed_by(payload::EXECUTABLE.into(), offset),
            None => payload,
        })))
    }
}

/// What is packed into this program, or into the library that this crate is linked into. `offset` is where it begins in
/// the program's file, if that is where it is.
fn own(offset: &mut Option<u64>) -> Result<&'static [u8], Error> {
    #[cfg(feature = "c-api")]
    if let Some(bytes) = payload::find_in_library()? {
        return Ok(bytes);
    }
    let nothing = || Error::NoResources { reason: "nothing is packed into this program".into() };
    let mapping = payload::find_mapping().ok_or_else(nothing)?;
    *offset = Some(mapping.offset);
    Ok(mapping.bytes()?)
}

/// A tree that is looked at, and may become that of the process.
pub enum Opened {
    Installed(&'static Payload),
    New(Box<Payload>),
}

impl Opened {
    /// Makes it the tree of the process.
    pub fn install(self) -> &'static Payload {
        let payload = match self {
            Opened::Installed(payload) => payload,
            Opened::New(payload) => payload::install(*payload),
        };
        crate::directory::start();
        payload
    }
}

impl std::ops::Deref for Opened {
    type Target = Payload;

    fn deref(&self) -> &Payload {
        match self {
            Opened::Installed(payload) => payload,
            Opened::New(payload) => payload,
        }
    }
}

/// Files that this process has mapped. They stay: objects of extension modules refer to what was loaded from them.
struct Mapped {
    /// Device, inode, length, time of the last change.
    identity: [u64; 5],
    bytes: &'static [u8],
}

static MAPPED: Mutex<Vec<Mapped>> = Mutex::new(vec![]);

fn map(path: &Path) -> Result<&'static [u8], Error> {
    let fail = |source| Error::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(fail)?;
    let stat = file.metadata().map_err(fail)?;
    let identity = [stat.dev(), stat.ino(), stat.len(), stat.mtime() as u64, stat.mtime_nsec() as u64];
    let mut mapped = MAPPED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(known) = mapped.iter().find(|known| known.identity == identity) {
        return Ok(known.bytes);
    }
    let length = stat.len() as usize;
    if length == 0 || !stat.is_file() {
        return Err(Error::NoResources { reason: format!("\"{}\" is empty or no file", path.display()) });
    }
    // Safety: a new mapping, which is never undone.
    let bytes = unsafe {
        let null = std::ptr::null_mut();
        let address = libc::mmap(null, length, libc::PROT_READ, libc::MAP_PRIVATE, file.as_raw_fd(), 0);
        if address == libc::MAP_FAILED {
            return Err(fail(std::io::Error::last_os_error()));
        }
        std::slice::from_raw_parts(address.cast::<u8>(), length)
    };
    mapped.push(Mapped { identity, bytes });
    Ok(bytes)
}

fn payload_of(path: &Path, file: &'static [u8]) -> Result<&'static [u8], Error> {
    if !file.starts_with(b"\x7fELF") {
        return Ok(file);
    }
    let nothing = || Error::NoResources { reason: format!("nothing is packed into \"{}\"", path.display()) };
    payload::segment(file).ok_or_else(nothing)
}
