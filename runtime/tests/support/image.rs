//! Writes a payload with one layer per list of files, so that tests need neither the daemon nor an executable.

use std::collections::BTreeMap;

const PAGE_BYTES: usize = 4096;
const NODE_BYTES: usize = 48;

pub struct File<'a> {
    pub path: &'a str,
    pub bytes: &'a [u8],
    pub executable: bool,
    /// Begins on a page, as large libraries do.
    pub on_page: bool,
}

#[derive(Default)]
struct Node<'a> {
    file: Option<&'a File<'a>>,
    children: Vec<usize>,
}

fn put(to: &mut [u8], at: usize, bytes: &[u8]) {
    to[at..at + bytes.len()].copy_from_slice(bytes);
}

fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// A whole payload; `mtime` in seconds since 1970.
pub fn payload(layers: &[Vec<File>], mtime: u64) -> Vec<u8> {
    let mut bytes = vec![0; PAGE_BYTES];
    let config = b"{}";
    for (index, files) in layers.iter().enumerate() {
        let layer = layer(files);
        let index_bytes = u64::from_le_bytes(layer[72..80].try_into().unwrap()) as usize;
        let at = 64 + 64 * index;
        let start = bytes.len() as u64;
        put(&mut bytes, at, &start.to_le_bytes());
        put(&mut bytes, at + 8, &(layer.len() as u64).to_le_bytes());
        put(&mut bytes, at + 16, &crc32fast::hash(&layer[..index_bytes]).to_le_bytes());
        bytes.extend(layer);
        bytes.resize(bytes.len().next_multiple_of(PAGE_BYTES), 0);
    }
    let config_at = bytes.len() as u64;
    bytes.extend(config);
    let length = bytes.len() as u64;
    put(&mut bytes, 0, b"OXDIMG\0\x01");
    put(&mut bytes, 8, &1u32.to_le_bytes());
    put(&mut bytes, 12, &(layers.len() as u32).to_le_bytes());
    put(&mut bytes, 16, &length.to_le_bytes());
    put(&mut bytes, 24, &config_at.to_le_bytes());
    put(&mut bytes, 32, &(config.len() as u64).to_le_bytes());
    put(&mut bytes, 40, &mtime.to_le_bytes());
    put(&mut bytes, 48, &length.to_le_bytes());
    put(&mut bytes, 56, &crc32fast::hash(config).to_le_bytes());
    let crc = crc32fast::hash(&bytes[..PAGE_BYTES]);
    put(&mut bytes, 60, &crc.to_le_bytes());
    bytes
}

fn layer(files: &[File]) -> Vec<u8> {
    let (paths, nodes) = number(files);
    let buckets = (nodes.len() * 2).next_power_of_two();
    let nodes_at = 88;
    let table_at = nodes_at + nodes.len() * NODE_BYTES;
    let modules_at = table_at + buckets * 4;
    let strings_at = modules_at + 4;
    let strings = paths.concat();
    let data_at = (strings_at + strings.len()).next_multiple_of(16);
    let mut bytes = vec![0; data_at];
    put(&mut bytes, strings_at, strings.as_bytes());
    let mut string = 0;
    for (index, (path, node)) in paths.iter().zip(&nodes).enumerate() {
        let at = nodes_at + index * NODE_BYTES;
        put(&mut bytes, at, &(string as u32).to_le_bytes());
        put(&mut bytes, at + 4, &(path.len() as u16).to_le_bytes());
        put(&mut bytes, at + 36, &fnv1a(path.as_bytes()).to_le_bytes());
        put(&mut bytes, at + 40, &(path.rfind('/').map_or(0, |slash| slash + 1) as u16).to_le_bytes());
        string += path.len();
        match node.file {
            Some(file) => {
                if file.on_page {
                    bytes.resize(bytes.len().next_multiple_of(PAGE_BYTES), 0);
                }
                let start = bytes.len() as u64;
                bytes.extend(file.bytes);
                (bytes[at + 6], bytes[at + 7]) = (1, u8::from(file.executable));
                put(&mut bytes, at + 8, &start.to_le_bytes());
                put(&mut bytes, at + 16, &(file.bytes.len() as u64).to_le_bytes());
                put(&mut bytes, at + 24, &(file.bytes.len() as u64).to_le_bytes());
                put(&mut bytes, at + 32, &crc32fast::hash(file.bytes).to_le_bytes());
            }
            None => {
                bytes[at + 6] = 2;
                let first = node.children.first().map_or(0, |first| *first as u64);
                put(&mut bytes, at + 8, &first.to_le_bytes());
                put(&mut bytes, at + 16, &(node.children.len() as u64).to_le_bytes());
            }
        }
        let mut slot = fnv1a(path.as_bytes()) as usize & (buckets - 1);
        while bytes[table_at + slot * 4..table_at + slot * 4 + 4] != [0; 4] {
            slot = (slot + 1) & (buckets - 1);
        }
        put(&mut bytes, table_at + slot * 4, &(index as u32 + 1).to_le_bytes());
    }
    put(&mut bytes, 0, b"OXDLAYR\x01");
    put(&mut bytes, 8, &(nodes.len() as u32).to_le_bytes());
    put(&mut bytes, 16, &(buckets as u32).to_le_bytes());
    put(&mut bytes, 20, &1u32.to_le_bytes());
    let data = bytes.len() - data_at;
    let numbers = [nodes_at, table_at, modules_at, modules_at, strings_at, strings.len(), data_at, data];
    for (index, number) in numbers.iter().enumerate() {
        put(&mut bytes, 24 + index * 8, &(*number as u64).to_le_bytes());
    }
    bytes
}

/// Every path with the folders above it, level by level, so that the children of each are contiguous and sorted.
fn number<'a>(files: &'a [File<'a>]) -> (Vec<String>, Vec<Node<'a>>) {
    let mut all: BTreeMap<String, Option<&File>> = BTreeMap::new();
    for file in files {
        for (slash, _) in file.path.match_indices('/') {
            all.entry(file.path[..slash].to_string()).or_insert(None);
        }
        all.insert(file.path.to_string(), Some(file));
    }
    let (mut paths, mut nodes) = (vec![String::new()], vec![Node::default()]);
    let mut index = 0;
    while index < paths.len() {
        let folder = paths[index].clone();
        let mut below: Vec<_> = all.iter().filter(|(path, _)| parent(path) == folder && !path.is_empty()).collect();
        below.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
        if nodes[index].file.is_none() {
            for (path, file) in below {
                nodes[index].children.push(paths.len());
                paths.push(path.clone());
                nodes.push(Node { file: *file, children: Vec::new() });
            }
        }
        index += 1;
    }
    (paths, nodes)
}

fn parent(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..slash])
}
