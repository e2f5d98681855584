//! What a packed library needs, found in the tree and opened before it.

use super::failure::Failure;
use super::{Handle, Library, elf, open_original, tree};
use crate::directory::resolve::{Kind, PATH_BYTES_MAX, PathBuffer, Resolved, resolve};
use crate::payload::Payload;
use libc::{RTLD_GLOBAL, RTLD_LAZY, RTLD_NOLOAD};
use std::ffi::CString;
use std::mem::MaybeUninit;
use std::sync::OnceLock;

/// Where libraries are packed that belong to no package: what a distribution itself brings.
const LIBRARIES: &[u8] = b"lib";
const ORIGIN: [&str; 2] = ["$ORIGIN", "${ORIGIN}"];

/// Libraries that are held until the one that needs them holds them itself.
pub struct Needs {
    pub handles: Vec<Handle>,
    /// The first that failed, which says more than what libc says of its absence.
    pub failure: Option<Failure>,
}

/// Opens what the library at `path`, the last of `above`, needs of the tree, and nothing else.
///
/// Each is opened lazily and for itself alone. That is how libc does it too, save for libraries that use symbols of
/// others without saying so: those are tried again when the others are visible to all.
pub fn open(payload: &'static Payload, path: &[u8], content: &[u8], above: &[&[u8]]) -> Needs {
    let dynamic = elf::dynamic(content);
    let mut needs = Needs { handles: Vec::new(), failure: None };
    let mut underlinked = Vec::new();
    for name in &dynamic.needed {
        let Some(found) = find(payload, path, &dynamic.search, name) else { continue };
        if above.contains(&&found[..]) {
            continue;
        }
        let loaded = CString::new(*name).ok().and_then(|name| open_original(&name, RTLD_LAZY | RTLD_NOLOAD).ok());
        let opened = match loaded {
            Some(handle) => Ok(handle),
            None => open_one(payload, &found, RTLD_LAZY, above),
        };
        match opened {
            Ok(handle) => needs.handles.push(handle),
            Err(failure) if failure.mentions("undefined symbol") => underlinked.push((found, failure)),
            Err(failure) => needs.failure = needs.failure.or(Some(failure)),
        }
    }
    if !underlinked.is_empty() {
        needs.make_visible();
    }
    for (found, _) in underlinked {
        match open_one(payload, &found, RTLD_LAZY | RTLD_GLOBAL, above) {
            Ok(handle) => needs.handles.push(handle),
            Err(failure) => needs.failure = needs.failure.or(Some(failure)),
        }
    }
    needs
}

impl Needs {
    fn make_visible(&self) {
        for handle in &self.handles {
            if let Some(name) = handle.name() {
                let _ = open_original(&name, RTLD_LAZY | RTLD_NOLOAD | RTLD_GLOBAL);
            }
        }
    }
}

fn open_one(payload: &'static Payload, path: &[u8], flags: i32, above: &[&[u8]]) -> Result<Handle, Failure> {
    Library::new(payload, path).ok_or_else(Failure::silent)?.open(flags, above)
}

/// What is said of libraries that need each other. libc would find the second of them on disk only.
pub const CIRCLE: &str = "libraries that need each other cannot be opened from memory";

/// Opens the packed library that libc says it cannot find: "NAME: cannot open shared object file: …".
pub fn open_missing(payload: &'static Payload, text: &str, above: &[&[u8]]) -> Option<Result<Handle, Failure>> {
    let name = text.split(": cannot open shared object file").next().filter(|name| name.len() < text.len())?;
    let path = find_anywhere(payload, name.as_bytes())?;
    if above.contains(&&path[..]) {
        return Some(Err(Failure::from_text(&format!("{name}: {CIRCLE}"))));
    }
    Some(open_one(payload, &path, RTLD_LAZY, above))
}

/// Where a packed library would find another by its bare name.
pub fn find_beside(payload: &'static Payload, caller: Option<&[u8]>, name: &[u8]) -> Option<Vec<u8>> {
    let content = caller.and_then(|path| Library::new(payload, path)).and_then(|library| library.content().ok());
    let search = content.as_deref().map(|content| elf::dynamic(content).search).unwrap_or_default();
    find(payload, caller.unwrap_or_default(), &search, name)
}

fn find(payload: &Payload, library: &[u8], search: &[&[u8]], name: &[u8]) -> Option<Vec<u8>> {
    let own = &library[..library.iter().rposition(|byte| *byte == b'/').unwrap_or(0)];
    let folders = search.iter().filter_map(|folder| in_tree(payload, own, folder));
    let beside = [own.to_vec(), LIBRARIES.to_vec()];
    folders.chain(beside).find_map(|folder| existing_file(payload, &[&folder[..], b"/", name].concat()))
}

/// A folder of a search path as a path relative to the root.
fn in_tree(payload: &Payload, own: &[u8], folder: &[u8]) -> Option<Vec<u8>> {
    for origin in ORIGIN {
        if let Some(rest) = folder.strip_prefix(origin.as_bytes()) {
            return Some([own, rest].concat());
        }
    }
    folder.strip_prefix(payload.root()).map(<[u8]>::to_vec)
}

fn existing_file(payload: &Payload, path: &[u8]) -> Option<Vec<u8>> {
    let kind = |path: &[u8]| tree::find(payload, path).map(tree::Node::kind);
    let mut buffer: PathBuffer = [MaybeUninit::uninit(); PATH_BYTES_MAX];
    if path.len() >= PATH_BYTES_MAX {
        return None;
    }
    match resolve(path, kind, &mut buffer) {
        Resolved::Found(found) if kind(found) == Some(Kind::File) => Some(found.to_vec()),
        _ => None,
    }
}

/// A packed library of that file name, wherever it is. The list is made once, when libc could not find one.
pub fn find_anywhere(payload: &'static Payload, name: &[u8]) -> Option<Vec<u8>> {
    static LIBRARIES_BY_NAME: OnceLock<Vec<(&'static [u8], Vec<u8>)>> = OnceLock::new();
    let libraries = LIBRARIES_BY_NAME.get_or_init(|| {
        let mut found = Vec::new();
        list(payload, b"", &mut found);
        found.sort();
        found
    });
    let at = libraries.binary_search_by(|(other, _)| (*other).cmp(name)).ok()?;
    Some(libraries[at].1.clone())
}

fn list(payload: &Payload, folder: &[u8], found: &mut Vec<(&'static [u8], Vec<u8>)>) {
    for child in tree::children(payload, folder).unwrap_or_default() {
        let slash: &[u8] = if folder.is_empty() { b"" } else { b"/" };
        let path = [folder, slash, child.name].concat();
        match child.kind {
            Kind::Directory => list(payload, &path, found),
            Kind::File if is_library(child.name) => found.push((child.name, path)),
            Kind::File => {}
        }
    }
}

fn is_library(name: &[u8]) -> bool {
    name.ends_with(b".so") || name.windows(4).any(|part| part == b".so.")
}
