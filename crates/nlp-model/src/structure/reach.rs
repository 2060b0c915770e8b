//! Which variables the operations of a formula reach, and which of them meet in a product.

use std::collections::HashMap;

use crate::lists::Lists;
use crate::{Op, Tape};

/// Operands that meet: each variable below one of `left` interacts with each below one of `right`.
struct Factors {
    left: [Option<usize>; 3],
    right: [Option<usize>; 3],
}

/// Two sets of variables between which ∂²/∂xᵢ∂xⱼ may be nonzero.
#[derive(Clone, Copy)]
struct Interaction {
    left: usize,
    right: usize,
    in_obj: bool,
    in_cons: bool,
}

/// Coordinates of nonzeros.
type Entries = Vec<(usize, usize)>;

/// What a tape depends on.
pub(super) struct Reach<'a> {
    tape: &'a Tape,
    /// An upper bound of the degree as a polynomial; [`NOT_QUADRATIC`] when above 2.
    degree: Vec<u8>,
    sets: Sets,
    interactions: Vec<Interaction>,
    /// The interaction of each operation that is not affine in its operands.
    of_op: HashMap<usize, usize>,
}

const NOT_QUADRATIC: u8 = 3;

impl<'a> Reach<'a> {
    pub fn of(tape: &'a Tape) -> Self {
        let mut reach = Reach {
            tape,
            degree: Vec::with_capacity(tape.ops().len()),
            sets: Sets::new(tape),
            interactions: Vec::new(),
            of_op: HashMap::new(),
        };
        for op in tape.ops() {
            let degree = reach.degree_of(op);
            reach.degree.push(degree);
        }
        let in_obj = below(tape, &[tape.obj()]);
        let in_cons = below(tape, tape.cons());
        let mut known = HashMap::new();
        for (k, op) in tape.ops().iter().enumerate() {
            if !(in_obj[k] || in_cons[k]) {
                continue;
            }
            let Some(factors) = reach.factors(op) else {
                continue;
            };
            let left = reach.sets.below(tape, factors.left);
            let right = reach.sets.below(tape, factors.right);
            let next = reach.interactions.len();
            let index = *known.entry((left, right)).or_insert(next);
            if index == next {
                reach.interactions.push(Interaction {
                    left,
                    right,
                    in_obj: false,
                    in_cons: false,
                });
            }
            reach.interactions[index].in_obj |= in_obj[k];
            reach.interactions[index].in_cons |= in_cons[k];
            reach.of_op.insert(k, index);
        }
        reach
    }

    fn degree_of(&self, op: &Op) -> u8 {
        let degree = |a: usize| self.degree[a];
        let highest = op.operands().map(degree).max().unwrap_or(0);
        match *op {
            Op::Variable(_) => 1,
            Op::Neg(_) | Op::Add(..) | Op::Sub(..) => highest,
            Op::Mul(a, b) => (degree(a) + degree(b)).min(NOT_QUADRATIC),
            Op::Powi(a, 2) => (2 * degree(a)).min(NOT_QUADRATIC),
            Op::Div(a, b) if degree(b) == 0 => degree(a),
            _ if highest == 0 => 0,
            _ => NOT_QUADRATIC,
        }
    }

    /// True when the operation is a polynomial of degree at most 2.
    pub fn is_quadratic(&self, op: usize) -> bool {
        self.degree[op] < NOT_QUADRATIC
    }

    /// The factors of an operation that is not affine in its operands.
    fn factors(&self, op: &Op) -> Option<Factors> {
        let varies = |a: usize| self.degree[a] > 0;
        let all = || {
            let mut operands = op.operands().filter(|&a| varies(a));
            [operands.next(), operands.next(), operands.next()]
        };
        let (left, right) = match *op {
            Op::Variable(_) | Op::Constant(_) | Op::Neg(_) | Op::Add(..) | Op::Sub(..) => {
                return None;
            }
            // ∂ᵢⱼ(ab) = aᵢⱼ b + aᵢ bⱼ + aⱼ bᵢ + a bᵢⱼ
            Op::Mul(a, b) if varies(a) && varies(b) => {
                ([Some(a), None, None], [Some(b), None, None])
            }
            Op::Mul(..) => return None,
            Op::Div(_, b) if varies(b) => (all(), [Some(b), None, None]),
            Op::Div(..) => return None,
            _ => (all(), all()),
        };
        left[0].is_some().then_some(Factors { left, right })
    }

    /// The variables on which an operation depends, in order, and whether nonlinearly.
    pub fn dependence(&self, op: usize, on: &mut Vec<(usize, bool)>) {
        on.clear();
        let mut seen = std::collections::HashSet::new();
        let mut pending = vec![op];
        while let Some(k) = pending.pop() {
            if self.degree[k] == 0 || !seen.insert(k) {
                continue;
            }
            if let Some(&index) = self.of_op.get(&k) {
                let Interaction { left, right, .. } = self.interactions[index];
                for set in [left, right] {
                    on.extend(self.sets.members[set].iter().map(|&j| (j, true)));
                }
            } else if let Op::Variable(j) = self.tape.ops()[k] {
                on.push((j, false));
            } else {
                pending.extend(self.tape.ops()[k].operands());
            }
        }
        // nonlinear before linear, then the first of each variable
        on.sort_unstable_by_key(|&(j, nonlinear)| (j, !nonlinear));
        on.dedup_by_key(|&mut (j, _)| j);
    }

    /// The lower triangle of the Hessian, column by column, and for each entry whether objective and
    /// constraints contribute.
    pub fn hessian(&self, nvar: usize) -> (Entries, Vec<(bool, bool)>) {
        let sides = self.interactions.iter().flat_map(|i| {
            let both = [(i.left, i.right, i), (i.right, i.left, i)];
            let distinct = if i.left == i.right { 1 } else { 2 };
            both.into_iter().take(distinct)
        });
        let sides: Vec<(usize, usize, &Interaction)> = sides.collect();
        let members = sides
            .iter()
            .enumerate()
            .flat_map(|(s, &(here, ..))| self.sets.members[here].iter().map(move |&j| (j, s)));
        let sides_of = Lists::new(nvar, members);
        let (mut entries, mut from) = (Vec::new(), Vec::new());
        let mut entry_of = vec![(usize::MAX, (false, false)); nvar];
        let mut column = Vec::new();
        for j in 0..nvar {
            column.clear();
            for &s in sides_of.get(j) {
                let (_, other, interaction) = sides[s];
                let set = &self.sets.members[other];
                for &i in &set[set.partition_point(|&i| i < j)..] {
                    if entry_of[i].0 != j {
                        entry_of[i] = (j, (false, false));
                        column.push(i);
                    }
                    entry_of[i].1.0 |= interaction.in_obj;
                    entry_of[i].1.1 |= interaction.in_cons;
                }
            }
            column.sort_unstable();
            entries.extend(column.iter().map(|&i| (i, j)));
            from.extend(column.iter().map(|&i| entry_of[i].1));
        }
        (entries, from)
    }
}

/// Marks the operations from which `roots` are computed.
fn below(tape: &Tape, roots: &[usize]) -> Vec<bool> {
    let mut marks = vec![false; tape.ops().len()];
    for &root in roots {
        marks[root] = true;
    }
    for k in (0..marks.len())
        .rev()
        .filter(|&k| tape.ops()[k].operands().next().is_some())
    {
        if marks[k] {
            for a in tape.ops()[k].operands() {
                marks[a] = true;
            }
        }
    }
    marks
}

/// Sets of variables, equal ones kept once.
struct Sets {
    members: Vec<Vec<usize>>,
    known: HashMap<Vec<usize>, usize>,
    /// The set of each operation that was asked for.
    of_op: Vec<Option<usize>>,
    /// The search that has visited each operation.
    visited: Vec<usize>,
    searches: usize,
}

impl Sets {
    fn new(tape: &Tape) -> Self {
        Sets {
            members: Vec::new(),
            known: HashMap::new(),
            of_op: vec![None; tape.ops().len()],
            visited: vec![0; tape.ops().len()],
            searches: 0,
        }
    }

    /// The variables below some operations.
    fn below(&mut self, tape: &Tape, operations: [Option<usize>; 3]) -> usize {
        let only = match operations {
            [Some(a), None, None] => Some(a),
            _ => None,
        };
        if let Some(set) = only.and_then(|a| self.of_op[a]) {
            return set;
        }
        self.searches += 1;
        let mut found = Vec::new();
        let mut pending: Vec<usize> = operations.into_iter().flatten().collect();
        while let Some(k) = pending.pop() {
            if self.visited[k] == self.searches {
                continue;
            }
            self.visited[k] = self.searches;
            match (self.of_op[k], tape.ops()[k]) {
                (Some(set), _) => found.extend_from_slice(&self.members[set]),
                (None, Op::Variable(j)) => found.push(j),
                (None, op) => pending.extend(op.operands()),
            }
        }
        found.sort_unstable();
        found.dedup();
        let next = self.members.len();
        let set = *self.known.entry(found).or_insert_with_key(|found| {
            self.members.push(found.clone());
            next
        });
        if let Some(a) = only {
            self.of_op[a] = Some(set);
        }
        set
    }
}
