//! What is known of a factorization before the values: elimination tree, fronts, where entries go.

use crate::assembly::Assembly;

/// A child joins its parent's front when both together have at most this many columns …
const SMALL: usize = 8;
/// … or when at most this share of the joint front's columns is zero.
const ZEROS: f64 = 0.15;

/// One front of the elimination: its own unknowns and the boundary that its elimination changes.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// Positions first..last are the front's own.
    pub first: usize,
    pub last: usize,
    /// Later positions, increasing.
    pub boundary: Vec<usize>,
    /// The front that takes the contribution.
    pub parent: Option<usize>,
    /// Slot of the matrix, row and column in the front: own ones first, then the boundary.
    pub entries: Vec<(usize, usize, usize)>,
    /// Place of each boundary position in the parent's front.
    pub to_parent: Vec<usize>,
}

impl Plan {
    pub fn own(&self) -> usize {
        self.last - self.first
    }
}

/// Fronts in an order in which children come before parents, a parent right after its last child.
#[derive(Clone, Debug)]
pub(super) struct Analysis {
    /// `order[k]` is eliminated at position k.
    pub order: Vec<usize>,
    pub fronts: Vec<Plan>,
}

impl Analysis {
    /// The analysis of A + Aᵀ in this order of elimination, up to equivalent reorderings.
    pub fn new(assembly: &Assembly, order: &[usize]) -> Self {
        let mut order = order.to_vec();
        let tree = elimination_tree(&adjacency(assembly, &order));
        let post = postorder(&tree);
        order = post.iter().map(|&k| order[k]).collect();
        let adjacent = adjacency(assembly, &order);
        let tree = elimination_tree(&adjacent);
        let ranges = supernodes(&tree, &column_counts(&adjacent, &tree));
        let mut fronts = structures(&adjacent, &ranges);
        place_entries(assembly, &order, &mut fronts);
        Analysis { order, fronts }
    }
}

/// Positions next to each position, without itself.
fn adjacency(assembly: &Assembly, order: &[usize]) -> Vec<Vec<usize>> {
    let n = order.len();
    let position = inverse(order);
    let mut lists = vec![Vec::new(); n];
    for j in 0..n {
        for &i in &assembly.row_idx()[assembly.col_ptr()[j]..assembly.col_ptr()[j + 1]] {
            if i != j {
                lists[position[i]].push(position[j]);
                lists[position[j]].push(position[i]);
            }
        }
    }
    for list in &mut lists {
        list.sort_unstable();
        list.dedup();
    }
    lists
}

fn inverse(order: &[usize]) -> Vec<usize> {
    let mut position = vec![0; order.len()];
    for (k, &v) in order.iter().enumerate() {
        position[v] = k;
    }
    position
}

const NONE: usize = usize::MAX;

/// Parents; the algorithm of Liu with path compression.
fn elimination_tree(adjacent: &[Vec<usize>]) -> Vec<usize> {
    let n = adjacent.len();
    let (mut parent, mut ancestor) = (vec![NONE; n], vec![NONE; n]);
    for i in 0..n {
        for &k in adjacent[i].iter().take_while(|&&k| k < i) {
            let mut j = k;
            while ancestor[j] != NONE && ancestor[j] != i {
                j = std::mem::replace(&mut ancestor[j], i);
            }
            if ancestor[j] == NONE {
                ancestor[j] = i;
                parent[j] = i;
            }
        }
    }
    parent
}

fn postorder(parent: &[usize]) -> Vec<usize> {
    let n = parent.len();
    let (mut first_child, mut sibling) = (vec![NONE; n], vec![NONE; n]);
    let mut stack = Vec::new();
    for j in (0..n).rev() {
        match parent[j] {
            NONE => stack.push(j),
            p => sibling[j] = std::mem::replace(&mut first_child[p], j),
        }
    }
    let mut post = Vec::with_capacity(n);
    while let Some(&j) = stack.last() {
        let child = first_child[j];
        if child == NONE {
            post.push(j);
            stack.pop();
        } else {
            first_child[j] = sibling[child];
            stack.push(child);
        }
    }
    post
}

/// Entries below the diagonal of each column of the factor, by a walk through each row's subtree.
fn column_counts(adjacent: &[Vec<usize>], parent: &[usize]) -> Vec<usize> {
    let n = parent.len();
    let (mut counts, mut mark) = (vec![0; n], vec![NONE; n]);
    for i in 0..n {
        mark[i] = i;
        for &k in adjacent[i].iter().take_while(|&&k| k < i) {
            let mut j = k;
            while mark[j] != i {
                counts[j] += 1;
                mark[j] = i;
                j = parent[j];
            }
        }
    }
    counts
}

/// Ranges of positions that are eliminated together: columns of the same structure, and small or
/// nearly equal ones.
fn supernodes(parent: &[usize], counts: &[usize]) -> Vec<(usize, usize)> {
    // first position, last position + 1, boundary, entries that are zero
    let mut ranges: Vec<(usize, usize, usize, usize)> = Vec::new();
    for j in 0..parent.len() {
        let same = j > 0 && parent[j - 1] == j && counts[j - 1] == counts[j] + 1;
        match ranges.last_mut() {
            Some(range) if same => (range.1, range.2) = (j + 1, counts[j]),
            _ => ranges.push((j, j + 1, counts[j], 0)),
        }
        let complete =
            j + 1 == parent.len() || !(parent[j] == j + 1 && counts[j] == counts[j + 1] + 1);
        while complete && ranges.len() > 1 {
            let (child, this) = (ranges[ranges.len() - 2], ranges[ranges.len() - 1]);
            let widths = (child.1 - child.0, this.1 - this.0);
            let width = widths.0 + widths.1;
            let zeros =
                child.3 + this.3 + widths.0 * (widths.1 + this.2 - child.2.min(widths.1 + this.2));
            let joins = parent[child.1 - 1] == this.0
                || (parent[child.1 - 1] > this.0 && parent[child.1 - 1] < this.1);
            let share = zeros as f64 / (width * (width + this.2)) as f64;
            if !(joins && (width <= SMALL || share <= ZEROS)) {
                break;
            }
            ranges.truncate(ranges.len() - 2);
            ranges.push((child.0, this.1, this.2, zeros));
        }
    }
    ranges.into_iter().map(|r| (r.0, r.1)).collect()
}

/// Boundaries, from the entries of the own positions and the boundaries of the children.
fn structures(adjacent: &[Vec<usize>], ranges: &[(usize, usize)]) -> Vec<Plan> {
    let n = adjacent.len();
    let mut front_of = vec![0; n];
    for (s, &(first, last)) in ranges.iter().enumerate() {
        front_of[first..last].fill(s);
    }
    let mut mark = vec![NONE; n];
    let mut children = vec![Vec::new(); ranges.len()];
    let mut fronts: Vec<Plan> = Vec::with_capacity(ranges.len());
    for (s, &(first, last)) in ranges.iter().enumerate() {
        let mut boundary = Vec::new();
        let own = adjacent[first..last].iter().flatten();
        let from_children = children[s]
            .iter()
            .flat_map(|&c: &usize| fronts[c].boundary.iter());
        for &k in own.chain(from_children) {
            if k >= last && mark[k] != s {
                mark[k] = s;
                boundary.push(k);
            }
        }
        boundary.sort_unstable();
        let parent = boundary.first().map(|&k| front_of[k]);
        if let Some(parent) = parent {
            children[parent].push(s);
        }
        fronts.push(Plan {
            first,
            last,
            boundary,
            parent,
            entries: Vec::new(),
            to_parent: Vec::new(),
        });
    }
    for s in 0..fronts.len() {
        if let Some(p) = fronts[s].parent {
            let parent = &fronts[p];
            let place = |&k: &usize| place_in(parent, k);
            fronts[s].to_parent = fronts[s].boundary.iter().map(place).collect();
        }
    }
    fronts
}

/// Where a position stands in a front.
fn place_in(front: &Plan, position: usize) -> usize {
    if position < front.last {
        debug_assert!(position >= front.first, "eliminated before");
        position - front.first
    } else {
        let found = front.boundary.binary_search(&position);
        front.own() + found.expect("boundaries hold all later neighbours")
    }
}

/// Each entry of the matrix belongs to the front that first eliminates its row or column.
fn place_entries(assembly: &Assembly, order: &[usize], fronts: &mut [Plan]) {
    let position = inverse(order);
    let mut front_of = vec![0; order.len()];
    for (s, front) in fronts.iter().enumerate() {
        front_of[front.first..front.last].fill(s);
    }
    for j in 0..order.len() {
        for slot in assembly.col_ptr()[j]..assembly.col_ptr()[j + 1] {
            let (row, col) = (position[assembly.row_idx()[slot]], position[j]);
            let front = &mut fronts[front_of[row.min(col)]];
            let (row, col) = (place_in(front, row), place_in(front, col));
            front.entries.push((slot, row, col));
        }
    }
}
