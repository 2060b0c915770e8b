//! Sparsity of derivatives, read off the formulas.

mod reach;

use linalg::Pattern;

use crate::lists::Lists;
use crate::{ModelError, Tape};
use reach::Reach;

/// Where the derivatives of [`Functions`](crate::Functions) may be nonzero, and which Jacobian entries
/// are constant.
///
/// An upper bound: cancellation (`x - x`) is not seen, and a branch counts as depending nonlinearly on
/// all that enters it.
#[derive(Debug)]
pub(crate) struct Structure {
    /// Variables on which the objective depends.
    pub obj_variables: Vec<usize>,
    /// Jacobian, column by column.
    pub jac: Pattern,
    /// Entries of the Jacobian that do not depend on x.
    pub is_constant: Vec<bool>,
    /// Lower triangle of the Hessian of the Lagrangian, column by column.
    pub hess: Pattern,
    /// For each entry of `hess`, whether the objective and whether a constraint contributes.
    pub hess_from: Vec<(bool, bool)>,
    /// The objective is a polynomial of degree at most 2.
    pub obj_is_quadratic: bool,
    /// All constraints are.
    pub cons_are_quadratic: bool,
}

impl Structure {
    /// Reads the operations of a formula once.
    ///
    /// Cost: the operations, and for each the variables on which its operands depend, as far as these
    /// are not the same as before; so O(n) for n terms or rows of a few variables each.
    pub fn detect(tape: &Tape) -> Self {
        let reach = Reach::of(tape);
        let (nvar, ncon) = (tape.nvar(), tape.cons().len());
        let mut obj_variables: Vec<usize> = Vec::new();
        let mut on = Vec::new();
        reach.dependence(tape.obj(), &mut on);
        obj_variables.extend(on.iter().map(|&(j, _)| j));

        let mut entries = Vec::new();
        for (i, &row) in tape.cons().iter().enumerate() {
            reach.dependence(row, &mut on);
            entries.extend(on.iter().map(|&(j, nonlinear)| (j, i, nonlinear)));
        }
        let columns = Lists::new(nvar, entries.iter().enumerate().map(|(k, e)| (e.0, k)));
        let (mut jac, mut is_constant) = (Vec::new(), Vec::new());
        for j in 0..nvar {
            for &k in columns.get(j) {
                let (_, i, nonlinear) = entries[k];
                jac.push((i, j));
                is_constant.push(!nonlinear);
            }
        }
        let (hess, hess_from) = reach.hessian(nvar);
        Structure {
            obj_variables,
            jac: pattern(ncon, nvar, jac),
            is_constant,
            hess: pattern(nvar, nvar, hess),
            hess_from,
            obj_is_quadratic: reach.is_quadratic(tape.obj()),
            cons_are_quadratic: tape.cons().iter().all(|&row| reach.is_quadratic(row)),
        }
    }

    /// Structures that the user knows, sorted by columns and without duplicates; nothing is constant.
    pub fn given(
        nvar: usize,
        ncon: usize,
        jac: &Pattern,
        hess: &Pattern,
    ) -> Result<Self, ModelError> {
        let shapes = [
            ("rows of the Jacobian's pattern", ncon, jac.nrows()),
            ("columns of the Jacobian's pattern", nvar, jac.ncols()),
            ("rows of the Hessian's pattern", nvar, hess.nrows()),
            ("columns of the Hessian's pattern", nvar, hess.ncols()),
        ];
        for (name, expected, found) in shapes {
            if expected != found {
                return Err(ModelError::Dimension {
                    name,
                    expected,
                    found,
                });
            }
        }
        if !hess.is_lower_triangle() {
            return Err(ModelError::UpperTriangle);
        }
        let sorted = |pattern: &Pattern| {
            let mut entries: Vec<(usize, usize)> = pattern.iter().collect();
            entries.sort_unstable_by_key(|&(i, j)| (j, i));
            entries.dedup();
            entries
        };
        let (jac, hess) = (sorted(jac), sorted(hess));
        Ok(Structure {
            obj_variables: (0..nvar).collect(),
            is_constant: vec![false; jac.len()],
            jac: pattern(ncon, nvar, jac),
            hess_from: vec![(true, true); hess.len()],
            hess: pattern(nvar, nvar, hess),
            obj_is_quadratic: false,
            cons_are_quadratic: false,
        })
    }
}

fn pattern(nrows: usize, ncols: usize, entries: Vec<(usize, usize)>) -> Pattern {
    Pattern::from_entries(nrows, ncols, entries).expect("entries lie inside by construction")
}

#[cfg(test)]
mod tests {
    use super::Structure;
    use crate::{Functions, Scalar, Tape};

    fn detect<U: Functions>(functions: &U, nvar: usize, ncon: usize) -> Structure {
        Structure::detect(&Tape::record(functions, nvar, ncon))
    }

    struct Chain;
    impl Functions for Chain {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            let mut sum = T::from(0.0);
            for w in x.windows(2) {
                sum += w[0] * w[1];
            }
            sum + x[2] * 3.0
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            c[0] = x[0] * 2.0 - x[69] / 4.0;
            c[1] = x[1].powi(2) + x[2].powi(1) + x[3].powi(0);
            c[2] = x[68] / x[0];
        }
    }

    #[test]
    fn structure_is_exact() {
        let structure = detect(&Chain, 70, 3);
        let jac: Vec<_> = structure.jac.iter().collect();
        assert_eq!(jac, [(0, 0), (2, 0), (1, 1), (1, 2), (2, 68), (0, 69)]);
        assert_eq!(
            structure.is_constant,
            [true, false, false, true, false, true]
        );
        let hess: Vec<_> = structure.hess.iter().collect();
        assert_eq!(
            hess.len(),
            69 + 3,
            "the chain, and (0,0), (68,0), (1,1) of the constraints"
        );
        assert!(hess.contains(&(68, 0)) && hess.contains(&(0, 0)) && hess.contains(&(64, 63)));
        assert!(hess.is_sorted_by_key(|&(i, j)| (j, i)));
        let from = |at| structure.hess_from[hess.iter().position(|&e| e == at).unwrap()];
        assert_eq!(
            (from((1, 0)), from((68, 0)), from((1, 1))),
            ((true, false), (false, true), (false, true))
        );
        assert_eq!(structure.obj_variables.len(), 70);
        assert!(structure.obj_is_quadratic && !structure.cons_are_quadratic);
    }

    struct Branch;
    impl Functions for Branch {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            x[0].select(x[1], x[2] * x[2])
        }
    }

    #[test]
    fn a_branch_depends_on_all_that_enters_it() {
        let structure = detect(&Branch, 4, 0);
        assert_eq!(structure.obj_variables, [0, 1, 2]);
        assert_eq!(structure.hess.nnz(), 6);
    }

    /// Shared parts, nested ones, and numbers that only look like variables.
    struct Shared;
    impl Functions for Shared {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            let part = (x[0] + x[1] * 2.0).exp();
            part / (T::from(2.0).ln() + 1.0) + (part + x[2]) / 3.0
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            let part = (x[0] + x[1] * 2.0).exp();
            c[0] = (part - x[3]).powi(3);
            c[1] = x[2] * T::from(2.0).sqrt() - x[3];
            c[2] = x[4].abs() / x[5];
        }
    }

    #[test]
    fn shared_and_nested_parts_keep_their_places() {
        let structure = detect(&Shared, 6, 3);
        let hess: Vec<_> = structure.hess.iter().collect();
        let expected = [
            (0, 0),
            (1, 0),
            (3, 0),
            (1, 1),
            (3, 1),
            (3, 3),
            (4, 4),
            (5, 4),
            (5, 5),
        ];
        assert_eq!(hess, expected);
        assert_eq!(structure.hess_from[0], (true, true));
        assert_eq!(structure.hess_from[2], (false, true));
        let constant: Vec<_> = (structure.jac.iter().zip(&structure.is_constant))
            .filter_map(|(at, &constant)| constant.then_some(at))
            .collect();
        assert_eq!(constant, [(1, 2), (1, 3)]);
    }
}
