//! Listing a directory that several layers may share.

use super::{Entry, EntryKind, Payload};

/// The entries of a directory, sorted by name.
pub struct Children<'a> {
    payload: &'a Payload,
    /// Per layer that has the directory, latest first: layer, next node, end.
    cursors: Vec<(usize, u32, u32)>,
}

impl<'a> Children<'a> {
    pub(super) fn of(payload: &'a Payload, entry: Entry) -> Children<'a> {
        let path = if entry.kind == EntryKind::Directory { payload.path(entry) } else { None };
        let cursors = path.map_or(Vec::new(), |path| {
            let hash = super::layer::hash(path);
            // A file in a later layer hides a directory of the same path in earlier ones, so only this layer and the
            // ones before it count.
            let layers = payload.layers[..=entry.layer as usize].iter().enumerate().rev();
            layers
                .filter_map(|(index, layer)| {
                    let node = layer.node(layer.find_node(path, hash)?)?;
                    let first = u32::try_from(node.first).ok()?;
                    let end = first.checked_add(u32::try_from(node.count).ok()?)?;
                    (node.kind == EntryKind::Directory).then_some((index, first, end))
                })
                .collect()
        });
        Children { payload, cursors }
    }
}

impl Iterator for Children<'_> {
    /// The name, and what `Payload::lookup` would give for it.
    type Item = (&'static [u8], Entry);

    fn next(&mut self) -> Option<Self::Item> {
        let payload = self.payload;
        let name_at = |&(layer, node, end): &(usize, u32, u32)| {
            if node >= end { None } else { Some(payload.layers[layer].node(node)?.name()) }
        };
        let name = self.cursors.iter().filter_map(name_at).min()?;
        let mut found = None;
        for cursor in &mut self.cursors {
            if name_at(cursor) == Some(name) {
                found = found.or_else(|| payload.entry(cursor.0, cursor.1));
                cursor.1 += 1;
            }
        }
        Some((name, found?))
    }
}
