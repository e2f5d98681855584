//! Where the packed tree of an interpreter comes from.

use super::config::InterpreterConfig;
use super::error::Error;
use super::settings;
use crate::payload::{self, Backing, Identity, Payload};
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Where the packed tree is. Wherever that is, the tree appears below the path of the running executable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PackedResources {
    /// In the running executable or in the library that holds this crate, where oxd packed it.
    #[default]
    Executable,
    /// A payload in memory, as docs/reference/image-format.md describes it. Native libraries in it are copied once more.
    Bytes(&'static [u8]),
    /// A file with nothing but a payload, or an executable or library that oxd has packed. It is mapped, so it must not
    /// be changed in place while the process lives. Replacing it by another one is fine; large native libraries, which
    /// are otherwise mapped where they lie, are then copied to memory.
    File(PathBuf),
}

impl PackedResources {
    /// The configuration that was packed with the tree, set to use these resources.
    pub fn config(&self) -> Result<InterpreterConfig, Error> {
        let opened = self.open()?;
        let config = InterpreterConfig::packed(&opened)?;
        let resources = PackedResources::named_by(&config, &opened).unwrap_or_else(|| self.clone());
        Ok(config.resources(resources))
    }

    /// The file that has the tree, where the configuration that was packed in its place names one.
    pub(super) fn named_by(config: &InterpreterConfig, packed: &Payload) -> Option<PackedResources> {
        let file = config.packed_file.as_ref()?;
        Some(PackedResources::File(file.replace("$ORIGIN", &settings::origin(packed)).into()))
    }

    /// The tree; the one that this process uses already where it is the same.
    pub(super) fn open(&self) -> Result<Opened, Error> {
        let root = payload::executable_path();
        let root = root.ok_or(Error::NoResources { reason: "/proc is not mounted".into() })?;
        let (bytes, backing) = match self {
            PackedResources::Executable => own()?,
            PackedResources::Bytes(bytes) => (*bytes, None),
            PackedResources::File(path) => {
                let (file, identity) = map(path)?;
                let bytes = payload_of(path, file)?;
                let offset = bytes.as_ptr() as usize - file.as_ptr() as usize;
                (bytes, Backing::new(path.as_os_str(), offset as u64, Some(identity)))
            }
        };
        if let Some(known) = payload::payload().filter(|known| known.is_on(bytes, &root)) {
            return Ok(Opened::Installed(known));
        }
        Ok(Opened::New(Box::new(Payload::open(bytes, root)?.backed_by(backing))))
    }
}

/// What is packed into this program, or into the library that this crate is linked into.
fn own() -> Result<(&'static [u8], Option<Backing>), Error> {
    #[cfg(feature = "c-api")]
    if let Some(found) = payload::find_in_library()? {
        return Ok(found);
    }
    let nothing = || Error::NoResources { reason: "nothing is packed into this program".into() };
    let mapping = payload::find_mapping().ok_or_else(nothing)?;
    Ok((mapping.bytes()?, Some(Backing::executable(mapping.offset))))
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
    identity: Identity,
    bytes: &'static [u8],
}

static MAPPED: Mutex<Vec<Mapped>> = Mutex::new(vec![]);

fn map(path: &Path) -> Result<(&'static [u8], Identity), Error> {
    let fail = |source| Error::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(fail)?;
    let stat = file.metadata().map_err(fail)?;
    let identity = Identity::from(&stat);
    let mut mapped = MAPPED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(known) = mapped.iter().find(|known| known.identity == identity) {
        return Ok((known.bytes, identity));
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
    mapped.push(Mapped { identity: identity.clone(), bytes });
    Ok((bytes, identity))
}

fn payload_of(path: &Path, file: &'static [u8]) -> Result<&'static [u8], Error> {
    if !file.starts_with(b"\x7fELF") {
        return Ok(file);
    }
    let nothing = || Error::NoResources { reason: format!("nothing is packed into \"{}\"", path.display()) };
    payload::segment(file).ok_or_else(nothing)
}
