//! Parts with an operation in common, and components of the same shape.

use std::collections::HashMap;
use std::ops::Range;

use super::{Elements, Expansion, Shape};
use crate::lists::Lists;
use crate::tape::{Key, key};
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

    let mut shapes = Shapes::default();
    // where each operation was put last, and in which component
    let mut place = vec![(NONE, NONE); tape.ops().len()];
    for g in (0..roots.len()).filter(|&g| !members.get(g).is_empty()) {
        let mut component = Draft::default();
        for &k in members.get(g) {
            let op = tape.ops()[k];
            for a in op.operands().filter(|&a| is_leaf(a)) {
                if place[a].0 != g {
                    place[a] = (g, component.ops.len());
                    let leaf = match (expansion.constants[a], tape.ops()[a]) {
                        (None, Op::Variable(j)) => component.variable(j),
                        (constant, _) => Op::Constant(constant.unwrap_or(f64::NAN)),
                    };
                    component.ops.push(leaf);
                }
            }
            debug_assert!(op.operands().all(|a| place[a].0 == g));
            place[k] = (g, component.ops.len());
            component.ops.push(op.with_operands(|a| place[a].1));
            let sums = terms.partition_point(|t| t.op < k)..terms.partition_point(|t| t.op <= k);
            if !sums.is_empty() {
                component.parts.push(place[k].1);
                component.terms.push(narrow(sums.start)..narrow(sums.end));
            }
        }
        shapes.add(component);
    }
    Elements {
        affine: expansion.affine,
        curved: terms,
        shapes: shapes.list,
    }
}

fn narrow(k: usize) -> u32 {
    u32::try_from(k).expect("fewer than 2³² variables and terms")
}

/// A component being put together.
#[derive(Default)]
struct Draft {
    ops: Vec<Op>,
    parts: Vec<usize>,
    variables: Vec<u32>,
    terms: Vec<Range<u32>>,
}

impl Draft {
    /// Variable `j` by its place among those of the component.
    fn variable(&mut self, j: usize) -> Op {
        self.variables.push(narrow(j));
        Op::Variable(self.variables.len() - 1)
    }
}

/// Components by shape.
#[derive(Default)]
struct Shapes {
    list: Vec<Shape>,
    known: HashMap<(Vec<Key>, Vec<usize>), usize>,
}

impl Shapes {
    /// Longer components are not compared: there are few of them.
    const LONG: usize = 256;

    fn add(&mut self, component: Draft) {
        let next = self.list.len();
        let shape = if component.ops.len() > Self::LONG {
            next
        } else {
            let key = component.ops.iter().map(|&op| key(op)).collect();
            *self
                .known
                .entry((key, component.parts.clone()))
                .or_insert(next)
        };
        if shape == next {
            self.list.push(Shape {
                width: component.variables.len(),
                ops: component.ops,
                parts: component.parts,
                components: 0,
                variables: Vec::new(),
                terms: Vec::new(),
            });
        }
        let shape = &mut self.list[shape];
        shape.components += 1;
        shape.variables.extend(component.variables);
        shape.terms.extend(component.terms);
    }
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
