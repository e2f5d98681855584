//! The packed tree, searched in place in the executable's own mapping (docs/reference/image-format.md).
//!
//! Nothing is parsed or copied at start: `Payload::open` looks at one header page and one header per layer, so the cost
//! does not grow with what is packed. Indexes are read with bounds checks and file contents are verified when they are
//! first used, so a damaged file gives `Damaged`, never a crash.

mod backing;
mod children;
mod content;
mod first_use;
mod header;
mod layer;
#[cfg(feature = "c-api")]
mod library;
mod mapping;
mod segment;

use std::sync::atomic::{AtomicPtr, Ordering};

pub use backing::{Backing, Identity};
pub use children::Children;
pub use content::Content;
pub use first_use::note_in as note_first_uses;
use header::Header;
use layer::Layer;
pub use layer::{Module, ModuleKind};
#[cfg(feature = "c-api")]
pub use library::find_in_library;
pub use mapping::{EXECUTABLE, Mapping, executable_path, find_mapping};
pub use segment::segment;

/// What is wrong with the executable, as a sentence for its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged(pub String);

impl std::fmt::Display for Damaged {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    File,
    Directory,
}

/// One file or directory of the tree. Cheap to copy; valid as long as the payload, which is for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub kind: EntryKind,
    /// The same for every lookup of the path in this executable; never 0.
    pub inode: u64,
    /// Bytes after unpacking; 0 for directories.
    pub size: u64,
    pub executable: bool,
    layer: u8,
    node: u32,
}

pub struct Payload {
    bytes: &'static [u8],
    root: Vec<u8>,
    header: Header,
    /// In image order: a path in a later one hides the same path in an earlier one.
    layers: Vec<Layer>,
    backing: Option<Backing>,
}

static PAYLOAD: AtomicPtr<Payload> = AtomicPtr::new(std::ptr::null_mut());

/// The payload of this process, once `install` has been called. One load: the interposed calls ask it every time.
#[inline]
pub fn payload() -> Option<&'static Payload> {
    // Safety: only `install` stores here, and what it stores is leaked.
    unsafe { PAYLOAD.load(Ordering::Acquire).as_ref() }
}

/// Makes this the payload of the process. For the start of the program, and for tests; later calls replace it.
pub fn install(payload: Payload) -> &'static Payload {
    let payload = Box::leak(Box::new(payload));
    PAYLOAD.store(payload, Ordering::Release);
    payload
}

impl Payload {
    /// `bytes` begins with the payload header; `root` is the absolute path of the executable, without a final slash.
    pub fn open(bytes: &'static [u8], root: Vec<u8>) -> Result<Payload, Damaged> {
        let header = Header::read(bytes)?;
        let layers = header.layers.iter().map(|at| Layer::open(&bytes[at.range.clone()])).collect::<Result<_, _>>()?;
        Ok(Payload { bytes, root, header, layers, backing: None })
    }

    /// Says which file the payload is a part of.
    pub fn backed_by(self, backing: Option<Backing>) -> Payload {
        Payload { backing, ..self }
    }

    /// The file that holds the bytes of a packed file as they are, and where in it.
    pub fn in_file(&self, content: &Content) -> Option<(&Backing, u64)> {
        let (Content::Mapped(bytes), Some(backing)) = (content, &self.backing) else { return None };
        let within = (bytes.as_ptr() as usize).checked_sub(self.bytes.as_ptr() as usize)?;
        (within < self.bytes.len()).then_some((backing, backing.offset() + within as u64))
    }

    /// Whether it was opened with these bytes, and not copies of them, and that root.
    #[cfg(feature = "interpreter")]
    pub(crate) fn is_on(&self, bytes: &[u8], root: &[u8]) -> bool {
        std::ptr::eq(self.bytes, bytes) && self.root == root
    }

    /// Absolute path of the executable, which is the root of the tree.
    #[inline]
    pub fn root(&self) -> &[u8] {
        &self.root
    }

    /// Modification time of every packed file and directory, in seconds since 1970.
    pub fn mtime(&self) -> u64 {
        self.header.mtime
    }

    /// Of everything packed, in bytes.
    pub fn length(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The interpreter config, JSON.
    pub fn config(&self) -> &'static [u8] {
        &self.bytes[self.header.config.clone()]
    }

    /// `path` is relative to the root and already normalized: no leading, double or final slash, no "." or "..";
    /// "" is the root.
    pub fn lookup(&self, path: &[u8]) -> Option<Entry> {
        let hash = layer::hash(path);
        self.layers.iter().enumerate().rev().find_map(|(index, layer)| {
            let node = layer.find_node(path, hash)?;
            self.entry(index, node)
        })
    }

    /// Path of an entry relative to the root, as `lookup` takes it.
    pub fn path(&self, entry: Entry) -> Option<&'static [u8]> {
        self.layers.get(entry.layer as usize)?.node(entry.node)?.path
    }

    /// The unpacked bytes of a file: borrowed from the mapping where they are stored as they are. The checksum is
    /// verified at the first use of each file.
    pub fn content(&self, entry: Entry) -> Result<Content, Damaged> {
        let layer = &self.layers[entry.layer as usize];
        content::read(layer, entry.node)
    }

    /// What a directory holds, sorted by name, united over the layers; empty for a file.
    pub fn children(&self, entry: Entry) -> Children<'_> {
        Children::of(self, entry)
    }

    /// The packed modules of that dotted name, those of later layers first. Which one is meant depends on sys.path.
    pub fn modules(&self, name: &[u8]) -> impl Iterator<Item = Module> {
        let hash = layer::hash(name);
        self.layers.iter().enumerate().rev().filter_map(move |(index, layer)| layer.find_module(index, name, hash))
    }

    /// The path, relative to the root, of a node that a module refers to.
    pub fn module_path(&self, module: &Module, node: u32) -> Option<&'static [u8]> {
        self.layers.get(module.layer)?.node(node)?.path
    }

    /// The bytes of a node that a module refers to.
    pub fn module_content(&self, module: &Module, node: u32) -> Result<Content, Damaged> {
        content::read(&self.layers[module.layer], node)
    }

    /// Checks every index completely. For after a failure: the start itself stays independent of the size.
    pub fn verify_indexes(&self) -> Result<(), Damaged> {
        for (at, layer) in self.header.layers.iter().zip(&self.layers) {
            layer.verify_index(at.index_crc)?;
        }
        Ok(())
    }

    fn entry(&self, layer: usize, node: u32) -> Option<Entry> {
        let found = self.layers.get(layer)?.node(node)?;
        Some(Entry {
            kind: found.kind,
            inode: ((layer as u64 + 1) << 32) | (node as u64 + 1),
            size: found.size,
            executable: found.executable,
            layer: layer as u8,
            node,
        })
    }
}
