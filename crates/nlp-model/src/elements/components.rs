//! Parts with an operation in common, each such group with its own list of operations.

use super::{Component, Elements, Expansion, Part};
use crate::lists::Lists;
use crate::{Op, Tape};

const NONE: usize = usize::MAX;

/// Splits a tape into components. Cost: the operations, nearly linear.
pub(super) fn gather(tape: &Tape, expansion: Expansion) -> Elements {
    let is_leaf =
        |k: usize| expansion.constants[k].is_some() || matches!(tape.ops()[k], Op::Variable(_));
    let mut terms = expansion.curved;
    terms.sort_by_key(|term| term.op);
    let mut roots: Vec<usize> = terms.iter().map(|term| term.op).collect();
    roots.dedup();

    let mut groups = Groups::new(roots.len());
    let mut owner = vec![NONE; tape.ops().len()];
    let mut pending = Vec::new();
    for (r, &root) in roots.iter().enumerate() {
        pending.push(root);
        while let Some(k) = pending.pop() {
            if owner[k] == NONE {
                owner[k] = r;
                pending.extend(tape.ops()[k].operands().filter(|&a| !is_leaf(a)));
            } else {
                groups.join(owner[k], r);
            }
        }
    }
    let owned = (0..owner.len()).filter(|&k| owner[k] != NONE);
    let group_of: Vec<usize> = (0..roots.len()).map(|r| groups.find(r)).collect();
    let members = Lists::new(roots.len(), owned.map(|k| (group_of[owner[k]], k)));

    let mut elements = Elements {
        affine: expansion.affine,
        curved: Vec::new(),
        parts: Vec::with_capacity(roots.len()),
        components: Vec::new(),
        ops: Vec::new(),
        longest: 0,
    };
    // where each operation was put last, and in which component
    let mut place = vec![(NONE, NONE); tape.ops().len()];
    for g in 0..roots.len() {
        if members.get(g).is_empty() {
            continue;
        }
        let (first_op, first_part) = (elements.ops.len(), elements.parts.len());
        for &k in members.get(g) {
            let op = tape.ops()[k];
            for a in op.operands().filter(|&a| is_leaf(a)) {
                if place[a].0 != g {
                    place[a] = (g, elements.ops.len() - first_op);
                    let constant = expansion.constants[a].map(Op::Constant);
                    elements.ops.push(constant.unwrap_or(tape.ops()[a]));
                }
            }
            debug_assert!(op.operands().all(|a| place[a].0 == g));
            place[k] = (g, elements.ops.len() - first_op);
            elements.ops.push(op.with_operands(|a| place[a].1));
            let sums = terms.partition_point(|t| t.op < k)..terms.partition_point(|t| t.op <= k);
            if !sums.is_empty() {
                let op = place[k].1;
                elements.parts.push(Part { op, sums });
            }
        }
        elements.longest = elements.longest.max(elements.ops.len() - first_op);
        elements.components.push(Component {
            ops: first_op..elements.ops.len(),
            parts: first_part..elements.parts.len(),
        });
    }
    elements.curved = terms;
    elements
}

/// Disjoint groups of parts.
struct Groups(Vec<usize>);

impl Groups {
    fn new(len: usize) -> Self {
        Groups((0..len).collect())
    }

    fn find(&mut self, mut r: usize) -> usize {
        while self.0[r] != r {
            self.0[r] = self.0[self.0[r]];
            r = self.0[r];
        }
        r
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b)] = a.min(b);
    }
}
