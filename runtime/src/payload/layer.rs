//! One layer: nodes and modules found through open-addressed tables, all in place.

use super::header::{range_at, u16_at, u32_at, u64_at};
use super::{Damaged, EntryKind, first_use};
use std::sync::atomic::{AtomicU64, Ordering};

const MAGIC: &[u8; 8] = b"OXDLAYR\x01";
const NODE_BYTES: usize = 48;
const MODULE_BYTES: usize = 32;
const EXECUTABLE: u8 = 1;
const ZSTD: u8 = 2;
const PACKAGE: u8 = 1;

pub struct Layer {
    bytes: &'static [u8],
    nodes: &'static [u8],
    path_table: &'static [u8],
    modules: &'static [u8],
    module_table: &'static [u8],
    strings: &'static [u8],
    index_bytes: usize,
    /// One bit a node: its checksum has been verified in this process.
    verified: Box<[AtomicU64]>,
}

/// A node as it stands in the index. What could not be read (a damaged index) is empty.
pub struct Node {
    pub path: Option<&'static [u8]>,
    pub kind: EntryKind,
    pub executable: bool,
    pub zstd: bool,
    /// File: the stored bytes. Directory: first child and number of children.
    pub first: u64,
    pub count: u64,
    pub size: u64,
    pub crc: u32,
    name_at: usize,
}

impl Node {
    /// Last component of the path.
    pub fn name(&self) -> &'static [u8] {
        self.path.and_then(|path| path.get(self.name_at..)).unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModuleKind {
    /// Has source, bytecode or both.
    Python,
    Extension,
}

#[derive(Debug, Clone, Copy)]
pub struct Module {
    pub kind: ModuleKind,
    pub is_package: bool,
    /// Node of the source, or of the library of an extension module.
    pub source: Option<u32>,
    /// Nodes of the bytecode, by optimization level.
    pub bytecode: [Option<u32>; 3],
    pub(super) layer: usize,
}

/// FNV-1a, 32 bits: short keys, no dependencies, the same two lines in the writer.
pub fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

impl Layer {
    pub fn open(bytes: &'static [u8]) -> Result<Layer, Damaged> {
        Layer::parts(bytes).ok_or_else(|| Damaged("the head of one of its layers is damaged".into()))
    }

    fn parts(bytes: &'static [u8]) -> Option<Layer> {
        if bytes.get(..8)? != MAGIC {
            return None;
        }
        let table = |at: usize, count: u32, size: usize| {
            let start = usize::try_from(u64_at(bytes, at)?).ok()?;
            bytes.get(start..start.checked_add((count as usize).checked_mul(size)?)?)
        };
        let nodes = u32_at(bytes, 8)?;
        let (path_buckets, module_buckets) = (u32_at(bytes, 16)?, u32_at(bytes, 20)?);
        if !path_buckets.is_power_of_two() || !module_buckets.is_power_of_two() {
            return None;
        }
        Some(Layer {
            bytes,
            nodes: table(24, nodes, NODE_BYTES)?,
            path_table: table(32, path_buckets, 4)?,
            modules: table(40, u32_at(bytes, 12)?, MODULE_BYTES)?,
            module_table: table(48, module_buckets, 4)?,
            strings: &bytes[range_at(bytes, 56, bytes.len())?],
            index_bytes: range_at(bytes, 72, bytes.len())?.start,
            verified: (0..nodes.div_ceil(64)).map(|_| AtomicU64::new(0)).collect(),
        })
    }

    pub fn node(&self, index: u32) -> Option<Node> {
        let at = index as usize * NODE_BYTES;
        let node = self.nodes.get(at..at + NODE_BYTES)?;
        let path_at = u32_at(node, 0)? as usize;
        let kind = if node[6] == 2 { EntryKind::Directory } else { EntryKind::File };
        Some(Node {
            path: self.strings.get(path_at..path_at + u16_at(node, 4)? as usize),
            kind,
            executable: node[7] & EXECUTABLE != 0,
            zstd: node[7] & ZSTD != 0,
            first: u64_at(node, 8)?,
            count: u64_at(node, 16)?,
            size: u64_at(node, 24)?,
            crc: u32_at(node, 32)?,
            name_at: u16_at(node, 40)? as usize,
        })
    }

    pub fn find_node(&self, path: &[u8], hash: u32) -> Option<u32> {
        probe(self.path_table, hash, |index| {
            u32_at(self.nodes, index as usize * NODE_BYTES + 36) == Some(hash)
                && self.node(index).is_some_and(|node| node.path == Some(path))
        })
    }

    pub fn find_module(&self, layer: usize, name: &[u8], hash: u32) -> Option<Module> {
        let matches = |index: u32| {
            let at = index as usize * MODULE_BYTES;
            let text = || {
                let start = u32_at(self.modules, at)? as usize;
                self.strings.get(start..start + u16_at(self.modules, at + 4)? as usize)
            };
            u32_at(self.modules, at + 24) == Some(hash) && text() == Some(name)
        };
        let at = probe(self.module_table, hash, matches)? as usize * MODULE_BYTES;
        let node = |offset| u32_at(self.modules, at + offset)?.checked_sub(1);
        Some(Module {
            kind: if self.modules[at + 6] == 2 { ModuleKind::Extension } else { ModuleKind::Python },
            is_package: self.modules[at + 7] & PACKAGE != 0,
            source: node(8),
            bytecode: [node(12), node(16), node(20)],
            layer,
        })
    }

    /// The stored bytes of a file, once they are known to be what was packed.
    pub fn stored(&self, index: u32, node: &Node) -> Option<&'static [u8]> {
        let start = usize::try_from(node.first).ok()?;
        let stored = self.bytes.get(start..start.checked_add(usize::try_from(node.count).ok()?)?)?;
        let (word, bit) = (self.verified.get(index as usize / 64)?, 1 << (index % 64));
        if word.load(Ordering::Relaxed) & bit == 0 {
            if crc32fast::hash(stored) != node.crc {
                return None;
            }
            word.fetch_or(bit, Ordering::Relaxed);
            first_use::note(node.path);
        }
        Some(stored)
    }

    pub fn verify_index(&self, crc: u32) -> Result<(), Damaged> {
        if crc32fast::hash(&self.bytes[..self.index_bytes]) == crc {
            return Ok(());
        }
        Err(Damaged("the index of one of its layers does not match its checksum".into()))
    }
}

/// Linear probing; a table without an empty slot (damaged) ends after one round.
fn probe(table: &[u8], hash: u32, matches: impl Fn(u32) -> bool) -> Option<u32> {
    let buckets = table.len() / 4;
    for step in 0..buckets {
        let slot = (hash as usize).wrapping_add(step) & (buckets - 1);
        let index = u32_at(table, slot * 4)?.checked_sub(1)?;
        if matches(index) {
            return Some(index);
        }
    }
    None
}
