//! Joins things that have something in common, directly or through others, by their indexes (a disjoint-set forest).

/// Returns the index that stands for everything joined with `index`, and shortens the way there for the next time.
///
/// `parents` has for each index one that it was joined with, or the index itself where there is none before it.
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
