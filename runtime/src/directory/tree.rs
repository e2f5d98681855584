//! The tree that applications see: what is packed, and the interpreter, which is the executable itself.

use super::errno::Errno;
use super::resolve::Kind;
use crate::payload::{Entry, EntryKind, Payload};

const BINARIES: &[u8] = b"bin";
/// All of these start the interpreter (see `program`).
const INTERPRETERS: [&[u8]; 2] = [b"bin/python", b"bin/python3"];
/// Inodes beyond those of layers, of which there are at most 60 with the number in the upper half.
const INODE_OF_BINARIES: u64 = 1 << 48;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    Packed(Entry),
    /// `bin`, where nothing is packed below it.
    Binaries,
    /// `bin/python3`: its bytes are the executable's. Holds the index in `INTERPRETERS`.
    Interpreter(usize),
}

/// One line of a listing.
#[derive(Debug, Clone, Copy)]
pub struct Child {
    pub name: &'static [u8],
    pub inode: u64,
    pub kind: Kind,
}

impl Node {
    pub fn kind(self) -> Kind {
        match self {
            Node::Packed(entry) if entry.kind == EntryKind::File => Kind::File,
            Node::Packed(_) | Node::Binaries => Kind::Directory,
            Node::Interpreter(_) => Kind::File,
        }
    }

    pub fn inode(self) -> u64 {
        match self {
            Node::Packed(entry) => entry.inode,
            Node::Binaries => INODE_OF_BINARIES,
            Node::Interpreter(index) => INODE_OF_BINARIES + 1 + index as u64,
        }
    }

    pub fn is_executable(self) -> bool {
        match self {
            Node::Packed(entry) => entry.executable,
            Node::Binaries => false,
            Node::Interpreter(_) => true,
        }
    }
}

/// What a normalized path relative to the root is.
pub fn find(payload: &Payload, path: &[u8]) -> Option<Node> {
    if path.starts_with(BINARIES)
        && let Some(index) = INTERPRETERS.iter().position(|interpreter| *interpreter == path)
    {
        return Some(Node::Interpreter(index));
    }
    let packed = payload.lookup(path).map(Node::Packed);
    if packed.is_none() && path == BINARIES { Some(Node::Binaries) } else { packed }
}

/// What a directory holds, sorted by name, without `.` and `..`.
pub fn children(payload: &Payload, path: &[u8]) -> Result<Vec<Child>, Errno> {
    let node = find(payload, path).ok_or(Errno(libc::ENOENT))?;
    let mut children: Vec<Child> = Vec::new();
    if let Node::Packed(entry) = node {
        let packed = payload.children(entry).map(|(name, entry)| (name, Node::Packed(entry)));
        children.extend(packed.map(|(name, node)| Child { name, inode: node.inode(), kind: node.kind() }));
    }
    if path.is_empty() {
        add(&mut children, BINARIES, Node::Binaries);
    }
    if path == BINARIES {
        for (index, interpreter) in INTERPRETERS.iter().enumerate() {
            add(&mut children, &interpreter[BINARIES.len() + 1..], Node::Interpreter(index));
        }
    }
    Ok(children)
}

/// The interpreter hides a packed file of its name; a packed `bin` stays as it is.
fn add(children: &mut Vec<Child>, name: &'static [u8], node: Node) {
    let child = Child { name, inode: node.inode(), kind: node.kind() };
    match children.binary_search_by(|other| other.name.cmp(name)) {
        Ok(at) if node.kind() == Kind::File => children[at] = child,
        Ok(_) => {}
        Err(at) => children.insert(at, child),
    }
}
