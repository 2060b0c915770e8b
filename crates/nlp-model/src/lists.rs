//! Many short lists in one piece of memory.

use std::ops::Range;

/// Lists of indices, one after the other.
#[derive(Debug)]
pub(crate) struct Lists {
    starts: Vec<usize>,
    items: Vec<usize>,
}

impl Lists {
    /// From (list, item) pairs; the order within a list is that of the pairs.
    pub fn new(lists: usize, pairs: impl Iterator<Item = (usize, usize)>) -> Self {
        let pairs: Vec<(usize, usize)> = pairs.collect();
        let mut starts = vec![0; lists + 1];
        for &(list, _) in &pairs {
            starts[list + 1] += 1;
        }
        for k in 0..lists {
            starts[k + 1] += starts[k];
        }
        let mut next = starts.clone();
        let mut items = vec![0; starts[lists]];
        for (list, item) in pairs {
            items[next[list]] = item;
            next[list] += 1;
        }
        Lists { starts, items }
    }

    /// The list number `k`.
    pub fn get(&self, k: usize) -> &[usize] {
        &self.items[self.range(k)]
    }

    /// Where the list number `k` stands among the items of all lists.
    pub fn range(&self, k: usize) -> Range<usize> {
        self.starts[k]..self.starts[k + 1]
    }

    /// The number of lists.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The lists by decreasing length; equal ones keep their order.
    pub fn longest_first(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|&k| std::cmp::Reverse(self.range(k).len()));
        order
    }
}
