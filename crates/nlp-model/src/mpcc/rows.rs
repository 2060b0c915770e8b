//! The rows of a complementarity program, made of the rows and variables of a model.

use linalg::Pattern;

use super::Side;
use crate::scratch::Scratch;
use crate::{ModelError, TwiceSmooth};

const INF: f64 = f64::INFINITY;

/// sign · (side − shift) + Σ weight · (new variable).
#[derive(Clone, Debug)]
struct Row {
    of: Option<(Side, f64, f64)>,
    new: Vec<(usize, f64)>,
}

/// Rows in terms of the original model and of new variables, with all bounds.
#[derive(Debug)]
pub(super) struct Rows {
    nvar: usize,
    nrow: usize,
    list: Vec<Row>,
    /// Variables that are a side of a pair in the vertical form.
    lifted: Vec<usize>,
    pub lcon: Vec<f64>,
    pub ucon: Vec<f64>,
    pub lvar: Vec<f64>,
    pub uvar: Vec<f64>,
    jac: Pattern,
    /// The entry of the original Jacobian, or none, and the factor of each entry of `jac`.
    from: Vec<(Option<usize>, f64)>,
    scratch: Scratch<f64>,
}

impl Rows {
    /// Rows of `model` under `conditions`, and the pairs.
    pub fn plan<M: TwiceSmooth + ?Sized>(
        model: &M,
        conditions: &[(Side, Side)],
    ) -> Result<(Rows, Vec<(usize, usize)>), ModelError> {
        let meta = model.meta();
        let taken = check_sides(meta.nvar(), meta.ncon(), conditions)?;
        let mut rows = Rows {
            nvar: meta.nvar(),
            nrow: meta.ncon(),
            list: Vec::new(),
            lifted: Vec::new(),
            lcon: Vec::new(),
            ucon: Vec::new(),
            lvar: meta.lvar().to_vec(),
            uvar: meta.uvar().to_vec(),
            jac: Pattern::empty(0, 0),
            from: Vec::new(),
            scratch: Scratch::new(),
        };
        for i in (0..meta.ncon()).filter(|&i| !taken[i]) {
            rows.push(side(Side::Row(i), 1.0, 0.0), meta.lcon()[i], meta.ucon()[i]);
        }
        let mut pairs = Vec::new();
        for &(s, f) in conditions {
            let (l, u) = match s {
                Side::Row(i) => (meta.lcon()[i], meta.ucon()[i]),
                Side::Variable(j) => (meta.lvar()[j], meta.uvar()[j]),
            };
            rows.condition(&mut pairs, s, f, l, u);
        }
        Ok((rows, pairs))
    }

    fn condition(&mut self, pairs: &mut Vec<(usize, usize)>, s: Side, f: Side, l: f64, u: f64) {
        let first = self.list.len();
        if l == u {
            if matches!(s, Side::Row(_)) {
                self.push(side(s, 1.0, 0.0), l, u);
            }
            self.push(side(f, 1.0, 0.0), -INF, INF);
            return;
        }
        match (l.is_finite(), u.is_finite()) {
            (true, false) => {
                self.pair(side(s, 1.0, l), side(f, 1.0, 0.0));
                pairs.push((first, first + 1));
            }
            (false, true) => {
                self.pair(side(s, -1.0, u), side(f, -1.0, 0.0));
                pairs.push((first, first + 1));
            }
            (true, true) => {
                let (p, q) = (self.add_variable(), self.add_variable());
                self.pair(side(s, 1.0, l), new(p));
                self.pair(side(s, -1.0, u), new(q));
                pairs.extend([(first, first + 1), (first + 2, first + 3)]);
                let mut equation = side(f, 1.0, 0.0);
                equation.new = vec![(p, -1.0), (q, 1.0)];
                self.push(equation, 0.0, 0.0);
            }
            (false, false) => self.push(side(f, 1.0, 0.0), 0.0, 0.0),
        }
        if let Side::Variable(j) = s {
            (self.lvar[j], self.uvar[j]) = (-INF, INF);
        }
        self.drop_implied_bound(f, l, u);
    }

    /// A variable F in 0 ≤ s − l ⟂ F ≥ 0 needs no lower bound of 0 or less, one in u − s ⟂ −F no upper
    /// bound of 0 or more.
    fn drop_implied_bound(&mut self, f: Side, l: f64, u: f64) {
        let Side::Variable(j) = f else { return };
        if l.is_finite() && !u.is_finite() && self.lvar[j] <= 0.0 {
            self.lvar[j] = -INF;
        }
        if u.is_finite() && !l.is_finite() && self.uvar[j] >= 0.0 {
            self.uvar[j] = INF;
        }
    }

    fn pair(&mut self, g: Row, h: Row) {
        self.push(g, 0.0, INF);
        self.push(h, 0.0, INF);
    }

    fn push(&mut self, row: Row, lower: f64, upper: f64) {
        self.list.push(row);
        self.lcon.push(lower);
        self.ucon.push(upper);
    }

    fn add_variable(&mut self) -> usize {
        self.lvar.push(-INF);
        self.uvar.push(INF);
        self.new_variables() - 1
    }

    pub fn new_variables(&self) -> usize {
        self.lvar.len() - self.nvar
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Row i becomes a new variable p, and a row `i − p = 0` is added, unless it is a variable already, and of no
    /// other row of a pair.
    pub fn lift(&mut self, i: usize) {
        match self.list[i].of {
            None => return,
            Some((Side::Variable(j), 1.0, 0.0)) if !self.lifted.contains(&j) => {
                self.lifted.push(j);
                return;
            }
            _ => {}
        }
        let p = self.add_variable();
        let mut equation = std::mem::replace(&mut self.list[i], new(p));
        equation.new.push((p, -1.0));
        self.push(equation, 0.0, 0.0);
    }

    /// Starting values of the new variables: those of a two-sided condition are the two parts of F, a
    /// lifted row starts at its value, where that is at least 0.
    pub fn start<M: TwiceSmooth + ?Sized>(&self, model: &M, start: &mut Vec<f64>) {
        let new = vec![0.0; self.new_variables()];
        let mut c = vec![0.0; self.len()];
        self.values(model, start, &new, &mut c);
        start.extend(&new);
        for (row, c) in self.list.iter().zip(c) {
            if row.of.is_none() || !c.is_finite() {
                continue;
            }
            for &(k, weight) in &row.new {
                start[self.nvar + k] = (-weight * c).max(0.0);
            }
        }
    }

    /// Values of all rows at (x, new).
    pub fn values<M: TwiceSmooth + ?Sized>(
        &self,
        model: &M,
        x: &[f64],
        new: &[f64],
        c: &mut [f64],
    ) {
        assert_eq!(c.len(), self.list.len(), "length of c");
        self.scratch.with(self.nrow, 0.0, |original| {
            model.cons(x, original);
            for (row, c) in self.list.iter().zip(c) {
                *c = match row.of {
                    Some((Side::Row(i), sign, shift)) => sign * (original[i] - shift),
                    Some((Side::Variable(j), sign, shift)) => sign * (x[j] - shift),
                    None => 0.0,
                };
                *c += row.new.iter().map(|&(k, w)| w * new[k]).sum::<f64>();
            }
        });
    }

    /// Lays out the Jacobian over `n` variables.
    pub fn plan_jacobian<M: TwiceSmooth + ?Sized>(
        &mut self,
        model: &M,
        n: usize,
    ) -> Result<(), ModelError> {
        let mut of_row = vec![Vec::new(); self.nrow];
        for (k, (i, j)) in model.jac_structure().iter().enumerate() {
            of_row[i].push((j, k));
        }
        let mut entries = Vec::new();
        for (r, row) in self.list.iter().enumerate() {
            match row.of {
                Some((Side::Row(i), sign, _)) => {
                    for &(j, k) in &of_row[i] {
                        entries.push((r, j));
                        self.from.push((Some(k), sign));
                    }
                }
                Some((Side::Variable(j), sign, _)) => {
                    entries.push((r, j));
                    self.from.push((None, sign));
                }
                None => {}
            }
            for &(k, weight) in &row.new {
                entries.push((r, self.nvar + k));
                self.from.push((None, weight));
            }
        }
        self.jac = Pattern::from_entries(self.list.len(), n, entries)?;
        Ok(())
    }

    pub fn jac(&self) -> &Pattern {
        &self.jac
    }

    pub fn jac_values<M: TwiceSmooth + ?Sized>(&self, model: &M, x: &[f64], vals: &mut [f64]) {
        assert_eq!(vals.len(), self.from.len(), "length of the values");
        let nnz = model.jac_structure().nnz();
        self.scratch.with(nnz, 0.0, |original| {
            model.jac_coord(x, original);
            for (value, &(from, factor)) in vals.iter_mut().zip(&self.from) {
                *value = factor * from.map_or(1.0, |k| original[k]);
            }
        });
    }

    /// Calls `work` with the multipliers of the original rows.
    pub fn with_multipliers(&self, y: &[f64], work: impl FnOnce(&[f64])) {
        assert_eq!(y.len(), self.list.len(), "length of y");
        self.scratch.with(self.nrow, 0.0, |original| {
            for (row, y) in self.list.iter().zip(y) {
                if let Some((Side::Row(i), sign, _)) = row.of {
                    original[i] += sign * y;
                }
            }
            work(original);
        });
    }
}

fn side(of: Side, sign: f64, shift: f64) -> Row {
    Row {
        of: Some((of, sign, shift)),
        new: Vec::new(),
    }
}

fn new(k: usize) -> Row {
    Row {
        of: None,
        new: vec![(k, 1.0)],
    }
}

/// Which rows of the model are in a condition.
fn check_sides(
    nvar: usize,
    ncon: usize,
    conditions: &[(Side, Side)],
) -> Result<Vec<bool>, ModelError> {
    let mut taken = vec![false; ncon];
    for (condition, &(s, f)) in conditions.iter().enumerate() {
        for side in [s, f] {
            let reason = match side {
                Side::Row(i) if i >= ncon => Some("does not exist"),
                Side::Variable(j) if j >= nvar => Some("does not exist"),
                Side::Row(i) if taken[i] => Some("is a side already; state it as another row"),
                _ => None,
            };
            if let Some(reason) = reason {
                return Err(ModelError::Side {
                    condition,
                    side,
                    reason,
                });
            }
            if let Side::Row(i) = side {
                taken[i] = true;
            }
        }
    }
    Ok(taken)
}
