//! A disjoint-set forest. It joins indexes that have something in common, directly or through other indexes.

/// Returns the root of `index`, which represents all indexes joined with it. Shortens the path for the next search.
///
/// `parents` contains the parent of each index. A root is its own parent.
pub(super) fn find_root(parents: &mut [usize], index: usize) -> usize {
    let mut root = index;
    while parents[root] != root {
        root = parents[root];
    }
    let mut index = index;
    while parents[index] != root {
        index = std::mem::replace(&mut parents[index], root);
    }
    root
}
