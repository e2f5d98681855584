//! The packed tree without an executable around it: look-ups, layers over each other, damage.

#[path = "support/image.rs"]
mod image;

use image::File;
use oxd_runtime::payload::{Entry, EntryKind, Payload};

fn file<'a>(path: &'a str, bytes: &'a [u8]) -> File<'a> {
    File { path, bytes, executable: path.starts_with("bin/"), on_page: false }
}

fn open(bytes: Vec<u8>) -> Result<Payload, oxd_runtime::payload::Damaged> {
    Payload::open(bytes.leak(), b"/opt/app".to_vec())
}

fn two_layers() -> Vec<u8> {
    let first = vec![
        file("lib/os.py", b"first"),
        file("lib/re/__init__.py", b""),
        file("shared/a", b"a of the first"),
        file("shared/b", b"b"),
    ];
    let second = vec![file("shared/a", b"a of the second"), file("shared/c", b"c"), file("bin/tool", b"#!")];
    image::payload(&[first, second], 1_700_000_000)
}

fn names(payload: &Payload, path: &str) -> Vec<String> {
    let entry = payload.lookup(path.as_bytes()).expect("exists");
    let children = payload.children(entry);
    children.map(|(name, _)| String::from_utf8(name.to_vec()).expect("UTF-8")).collect()
}

#[test]
fn look_ups() {
    let payload = open(two_layers()).expect("sound");
    assert_eq!((payload.mtime(), payload.root()), (1_700_000_000, &b"/opt/app"[..]));
    type Found = Option<(EntryKind, u64, bool)>;
    let rows: [(&str, Found); 9] = [
        ("", Some((EntryKind::Directory, 0, false))),
        ("lib", Some((EntryKind::Directory, 0, false))),
        ("lib/os.py", Some((EntryKind::File, 5, false))),
        ("lib/re/__init__.py", Some((EntryKind::File, 0, false))),
        ("bin/tool", Some((EntryKind::File, 2, true))),
        ("lib/os", None),
        ("lib/os.py/x", None),
        ("Lib", None),
        ("/", None),
    ];
    for (path, expected) in rows {
        let found = payload.lookup(path.as_bytes());
        assert_eq!(found.map(|entry| (entry.kind, entry.size, entry.executable)), expected, "{path}");
        if let Some(entry) = found {
            assert_ne!(entry.inode, 0);
            assert_eq!(payload.path(entry), Some(path.as_bytes()));
        }
    }
}

#[test]
fn later_layers_hide_files_and_unite_directories() {
    let payload = open(two_layers()).expect("sound");
    let read = |path: &str| payload.content(payload.lookup(path.as_bytes()).expect("exists")).expect("sound").to_vec();
    assert_eq!(read("shared/a"), b"a of the second");
    assert_eq!(read("shared/b"), b"b");
    assert_eq!(names(&payload, ""), ["bin", "lib", "shared"]);
    assert_eq!(names(&payload, "shared"), ["a", "b", "c"]);
    assert_eq!(names(&payload, "lib"), ["os.py", "re"]);
    assert_eq!(names(&payload, "lib/os.py"), [""; 0]);
}

#[test]
fn a_listing_gives_what_a_look_up_gives() {
    let payload = open(two_layers()).expect("sound");
    let mut inodes = vec![];
    let mut left: Vec<Entry> = payload.lookup(b"").into_iter().collect();
    while let Some(entry) = left.pop() {
        inodes.push(entry.inode);
        let folder = payload.path(entry).expect("has a path");
        for (name, child) in payload.children(entry) {
            let path = if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() };
            assert_eq!(payload.lookup(&path), Some(child));
            left.push(child);
        }
    }
    assert_eq!(inodes.len(), 11);
    inodes.sort_unstable();
    inodes.dedup();
    assert_eq!(inodes.len(), 11, "inodes are unique");
}

#[test]
fn cut_short() {
    let whole = two_layers();
    for length in [0, 8, 4095, 4096, whole.len() - 1] {
        assert!(open(whole[..length].to_vec()).is_err(), "{length} bytes");
    }
}

/// Uses everything; what it finds does not matter.
fn walk(payload: &Payload) {
    let mut left: Vec<(Entry, usize)> = payload.lookup(b"").into_iter().map(|entry| (entry, 0)).collect();
    while let Some((entry, depth)) = left.pop() {
        let _ = payload.content(entry).map(|content| content.len());
        // Damage can make a directory its own child.
        if depth < 4 {
            left.extend(payload.children(entry).take(8).map(|(_, child)| (child, depth + 1)));
        }
    }
    for path in ["lib/os.py", "shared/a", "bin/tool", "nothing"] {
        let _ = payload.lookup(path.as_bytes()).map(|entry| payload.content(entry).map(|content| content.len()));
    }
    assert_eq!(payload.modules(b"os").count(), 0);
}

#[test]
fn no_flipped_bit_makes_it_panic() {
    let sound = two_layers();
    let mut unnoticed = 0;
    for at in 0..sound.len() {
        let mut bytes = sound.clone();
        bytes[at] ^= 1 << (at % 8);
        let Ok(payload) = open(bytes) else { continue };
        walk(&payload);
        unnoticed += usize::from(payload.verify_indexes().is_ok() && at < 4096);
    }
    assert_eq!(unnoticed, 0, "the header page is verified at once");
}

#[test]
fn damage_is_found_where_it_is() {
    let mut bytes = two_layers();
    let at = bytes.windows(15).position(|window| window == b"a of the second").expect("stored as it is");
    bytes[at] ^= 1;
    let payload = open(bytes).expect("nobody has looked yet");
    assert_eq!(payload.verify_indexes(), Ok(()));
    let read =
        |path: &str| payload.content(payload.lookup(path.as_bytes()).expect("exists")).map(|content| content.to_vec());
    assert_eq!(read("shared/b"), Ok(b"b".to_vec()));
    assert_eq!(read("shared/a").map_err(|damaged| damaged.to_string()), Err("\"shared/a\" in it is damaged".into()));
}
