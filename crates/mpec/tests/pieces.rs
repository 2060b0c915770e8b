//! Random linear and quadratic programs with complementarity, beside the enumeration of all their pieces.

use mpec::mpcc::{MpccOptions, MpccSolution, solve};
use nlp_model::{AutoModel, Complementarity, Functions, Meta, Model, Mpcc, Scalar, Side};
use stopping::Status;
use trust_region::{Start, sqp};

const INF: f64 = f64::INFINITY;

/// A linear congruential generator (Knuth's MMIX): the same numbers everywhere.
struct Random(u64);
impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
    fn within(&mut self, lower: f64, upper: f64) -> f64 {
        lower + (upper - lower) * self.unit()
    }
    fn list(&mut self, len: usize, lower: f64, upper: f64) -> Vec<f64> {
        (0..len).map(|_| self.within(lower, upper)).collect()
    }
}

/// ½ xᵀQx + cᵀx over 0 ≤ x ≤ 10, A x ≤ b, and 0 ≤ x_i ⟂ (M x + q)_i ≥ 0 for i < pairs.
#[derive(Clone)]
struct Program {
    n: usize,
    pairs: usize,
    quadratic: Vec<f64>,
    linear: Vec<f64>,
    rows: Vec<f64>,
    right: Vec<f64>,
    matrix: Vec<f64>,
    shift: Vec<f64>,
    /// The first rows A x = b.
    equalities: usize,
}

impl Functions for Program {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        let mut sum = T::from(0.0);
        for i in 0..self.n {
            sum += x[i] * self.linear[i];
            for j in 0..self.n {
                let q = self.quadratic[i * self.n + j];
                if q != 0.0 {
                    sum += x[i] * x[j] * (0.5 * q);
                }
            }
        }
        sum
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        let m = self.right.len();
        for (i, c) in c.iter_mut().enumerate() {
            let (row, shift) = if i < m {
                (&self.rows[i * self.n..], -self.right[i])
            } else {
                (&self.matrix[(i - m) * self.n..], self.shift[i - m])
            };
            *c = (0..self.n).fold(T::from(shift), |sum, j| sum + x[j] * row[j]);
        }
    }
}

/// What the objective is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Linear,
    Convex,
    Indefinite,
    /// Convex, over (λ, x, y) with the KKT conditions of a strictly convex quadratic lower level in y.
    Bilevel,
}

impl Program {
    fn random(random: &mut Random, kind: Kind) -> Self {
        if kind == Kind::Bilevel {
            return Program::bilevel(random);
        }
        let pairs = 2 + (random.unit() * 4.0) as usize;
        let n = pairs + (random.unit() * 3.0) as usize;
        let m = (random.unit() * 3.0) as usize;
        let mut quadratic = vec![0.0; n * n];
        if kind != Kind::Linear {
            // BBᵀ of rank n − 1, or a difference of two such.
            let factor = random.list(n * n, -1.0, 1.0);
            for i in 0..n {
                for j in 0..n {
                    for k in 0..n - 1 {
                        let sign = if kind == Kind::Indefinite && k % 2 == 0 {
                            -1.0
                        } else {
                            1.0
                        };
                        quadratic[i * n + j] += sign * factor[i * n + k] * factor[j * n + k];
                    }
                }
            }
        }
        // Integers make degenerate vertices and biactive pairs.
        let round = |list: Vec<f64>| list.into_iter().map(f64::round).collect::<Vec<f64>>();
        Program {
            n,
            pairs,
            quadratic,
            linear: round(random.list(n, -4.0, 4.0)),
            rows: round(random.list(m * n, -2.0, 3.0)),
            right: round(random.list(m, -1.0, 8.0)),
            matrix: round(random.list(pairs * n, -2.0, 2.4)),
            shift: round(random.list(pairs, -5.0, 3.0)),
            equalities: 0,
        }
    }

    /// Upper: ½(x − a)² + ½‖y − b‖²; lower: min ½yᵀQy + (d − x e)ᵀy  s.t.  Ay + x h ≤ r, multipliers λ.
    fn bilevel(random: &mut Random) -> Self {
        let (pairs, ny) = (2 + (random.unit() * 4.0) as usize, 2);
        let (x, y) = (pairs, pairs + 1);
        let n = y + ny;
        let mut quadratic = vec![0.0; n * n];
        let mut linear = vec![0.0; n];
        for j in x..n {
            quadratic[j * n + j] = 1.0;
            linear[j] = random.within(-6.0, 0.0).round();
        }
        let (mut rows, mut right) = (vec![0.0; ny * n], vec![0.0; ny]);
        let (mut matrix, mut shift) = (vec![0.0; pairs * n], vec![0.0; pairs]);
        for (k, row) in rows.chunks_exact_mut(n).enumerate() {
            row[x] = random.within(-2.0, 2.0).round();
            row[y + k] = 2.0;
            row[y + 1 - k] = 1.0;
            right[k] = random.within(-4.0, 8.0).round();
        }
        for (i, row) in matrix.chunks_exact_mut(n).enumerate() {
            row[x] = random.within(-1.0, 1.0).round();
            for k in 0..ny {
                row[y + k] = random.within(-2.0, 1.0).round();
                rows[k * n + i] = -row[y + k];
            }
            shift[i] = random.within(0.0, 5.0).round();
        }
        Program {
            n,
            pairs,
            quadratic,
            linear,
            rows,
            right,
            matrix,
            shift,
            equalities: ny,
        }
    }

    fn meta(&self, choice: Option<usize>) -> Meta {
        let m = self.right.len();
        let (mut lcon, mut ucon) = (vec![-INF; m], vec![0.0; m]);
        lcon[..self.equalities].fill(0.0);
        lcon.resize(m + self.pairs, 0.0);
        ucon.resize(m + self.pairs, INF);
        let mut uvar = vec![10.0; self.n];
        for i in 0..self.pairs {
            match choice {
                Some(bits) if bits >> i & 1 == 0 => uvar[i] = 0.0,
                Some(_) => ucon[m + i] = 0.0,
                None => uvar[i] = INF,
            }
        }
        Meta::new("random", self.n, m + self.pairs)
            .variable_bounds(&vec![0.0; self.n], &uvar)
            .and_then(|meta| meta.constraint_bounds(&lcon, &ucon))
            .unwrap()
    }

    fn mpcc(&self) -> Complementarity<AutoModel<BoxedRows>> {
        let m = self.right.len();
        let conditions: Vec<_> = (0..self.pairs)
            .map(|i| (Side::Variable(i), Side::Row(m + i)))
            .collect();
        // x_i ≤ 10 stands as a row of its own, so that the sides have one bound.
        let of = self.meta(None);
        let (mut lcon, mut ucon) = (of.lcon().to_vec(), of.ucon().to_vec());
        lcon.resize(lcon.len() + self.pairs, -INF);
        ucon.resize(ucon.len() + self.pairs, 0.0);
        let meta = Meta::new("random", self.n, lcon.len())
            .variable_bounds(of.lvar(), of.uvar())
            .and_then(|meta| meta.constraint_bounds(&lcon, &ucon));
        Complementarity::new(
            AutoModel::new(BoxedRows(self.clone()), meta.unwrap()),
            &conditions,
        )
        .unwrap()
    }

    /// The least value over all pieces; +∞ when all are infeasible.
    fn least(&self, starts: usize) -> f64 {
        let mut least = INF;
        let mut random = Random(1);
        for bits in 0..1usize << self.pairs {
            let model = AutoModel::new(self.clone(), self.meta(Some(bits)));
            for _ in 0..starts {
                let x0 = random.list(self.n, 0.0, 10.0);
                let end = trust_region::solve(&model, &Start::at(&x0), &sqp::Options::default());
                let end = end.unwrap();
                if end.violation <= 1e-9 {
                    least = least.min(end.objective);
                }
            }
        }
        least
    }
}

/// The program with the rows x_i ≤ 10 of its pairs at the end.
#[derive(Clone)]
struct BoxedRows(Program);
impl Functions for BoxedRows {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        self.0.obj(x)
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        let (own, boxes) = c.split_at_mut(self.0.right.len() + self.0.pairs);
        self.0.cons(x, own);
        for (c, x) in boxes.iter_mut().zip(x) {
            *c = *x - 10.0;
        }
    }
}

fn solved(program: &Program, at: f64) -> MpccSolution {
    let mpcc = program.mpcc();
    assert_eq!(mpcc.pairs().len(), program.pairs);
    let x0 = vec![at; mpcc.meta().nvar()];
    solve(&mpcc, &x0, &MpccOptions::default()).unwrap()
}

/// Holds the three runs of a program against the enumeration; returns how many missed the least value.
fn compare(seed: u64, kind: Kind) -> usize {
    let program = Program::random(&mut Random(seed), kind);
    let least = program.least(if kind == Kind::Indefinite { 12 } else { 2 });
    let mut missed = 0;
    for at in [0.0, 1.0, 7.0] {
        let end = solved(&program, at);
        let told = format!("{kind:?} {seed} from {at}, least value {least}:\n{end}");
        if least == INF {
            assert_eq!(
                (end.status, end.is_exhausted),
                (Status::Infeasible, true),
                "{told}"
            );
            let (violation, gap) = (end.violation, end.complementarity);
            assert!(violation.max(gap) > 1e-4, "{told}");
            continue;
        }
        assert_eq!(end.status, Status::Optimal, "{told}");
        assert!(
            end.violation <= 1e-8 && end.complementarity <= 1e-8,
            "{told}"
        );
        let above = (end.objective - least) / (1.0 + least.abs());
        assert!(above > -1e-6, "below the enumeration: {told}");
        if kind != Kind::Indefinite {
            // Convex over affine constraints: an exhausted search proves a global minimizer.
            assert!(end.is_exhausted && above < 1e-6, "not global: {told}");
        }
        missed += usize::from(above >= 1e-6);
    }
    missed
}

#[test]
fn linear_objectives_end_at_global_minimizers() {
    (1..=60).for_each(|seed| assert_eq!(compare(seed, Kind::Linear), 0));
}

#[test]
fn convex_objectives_end_at_global_minimizers() {
    (1..=60).for_each(|seed| assert_eq!(compare(seed, Kind::Convex), 0));
}

#[test]
fn conditions_of_convex_lower_levels_end_at_global_minimizers() {
    (1..=60).for_each(|seed| assert_eq!(compare(seed, Kind::Bilevel), 0));
}

#[test]
fn indefinite_objectives_end_certified_and_mostly_global() {
    let missed: usize = (1..=40).map(|seed| compare(seed, Kind::Indefinite)).sum();
    assert!(missed <= 12, "{missed} of 120");
}
