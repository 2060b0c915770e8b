//! Cones of linearised feasible directions at a point.

use linalg::slice::{all_finite, dot, norm_inf, norm2};
use nlp_model::Mpcc;

use crate::MpecError;
use crate::quadratic::{DualMethod, Problem, Verdict};
use crate::stationarity::infeasibility;

/// What is asked of a'd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    NonNegative,
    NonPositive,
    Zero,
    Free,
}

/// One active gradient: that of side `sign · (value − bound)`.
#[derive(Clone, Debug)]
struct Active {
    of: Of,
    gradient: Vec<f64>,
    sign: Sign,
}

/// Where an active gradient comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Of {
    /// A row, with the sign of its side.
    Row(usize, f64),
    /// A bound of a variable, with the sign of its side.
    Variable(usize, f64),
    /// G of a pair.
    G(usize),
    /// H of a pair.
    H(usize),
}

/// Active gradients at a point, and projections of −∇f on the cones they make.
#[derive(Debug)]
pub(crate) struct Cone {
    n: usize,
    /// −∇f / max(1, ‖∇f‖∞).
    minus_g: Vec<f64>,
    scale: f64,
    /// What counts as zero.
    threshold: f64,
    /// Largest violation of a row, a bound or of complementarity.
    infeasibility: f64,
    active: Vec<Active>,
    /// Biactive pairs: the pair, and the places of G and H in `active`.
    biactive: Vec<(usize, usize, usize)>,
    method: DualMethod,
    g: Vec<f64>,
    rows: Vec<f64>,
    b: Vec<f64>,
    /// The active gradient and the factor of each row of the last projection.
    from: Vec<(usize, f64)>,
}

impl Cone {
    pub fn new(mpcc: &dyn Mpcc) -> Self {
        let n = mpcc.meta().nvar();
        Cone {
            n,
            minus_g: vec![0.0; n],
            scale: 1.0,
            threshold: 0.0,
            infeasibility: f64::NAN,
            active: Vec::new(),
            biactive: Vec::new(),
            method: DualMethod::new(n),
            g: vec![0.0; n],
            rows: Vec::new(),
            b: Vec::new(),
            from: Vec::new(),
        }
    }

    /// Evaluates what is active at x: slacks, G and H up to `active` count as zero.
    pub fn load(&mut self, mpcc: &dyn Mpcc, x: &[f64], active: f64) -> Result<(), MpecError> {
        let (meta, n) = (mpcc.meta(), self.n);
        let m = meta.ncon();
        let (mut g, mut c) = (vec![0.0; n], vec![0.0; m]);
        let mut vals = vec![0.0; mpcc.jac_structure().nnz()];
        let mut jac = vec![0.0; n * m];
        mpcc.grad(x, &mut g);
        mpcc.cons(x, &mut c);
        mpcc.jac_coord(x, &mut vals);
        for ((i, j), v) in mpcc.jac_structure().iter().zip(&vals) {
            jac[i * n + j] += v;
        }
        let f = mpcc.obj(x);
        if !(f.is_finite() && all_finite(&g) && all_finite(&c) && all_finite(&jac)) {
            return Err(MpecError::Domain);
        }
        self.scale = norm_inf(&g).max(1.0);
        self.threshold = active;
        let (violation, gap) = infeasibility(mpcc, x);
        self.infeasibility = norm_inf(&[violation, gap]);
        for (to, g) in self.minus_g.iter_mut().zip(&g) {
            *to = -g / self.scale;
        }
        self.active.clear();
        self.biactive.clear();
        let mut in_pair = vec![false; m];
        for (p, &(i, j)) in mpcc.pairs().iter().enumerate() {
            (in_pair[i], in_pair[j]) = (true, true);
            let row = |i: usize| jac[i * n..(i + 1) * n].to_vec();
            let (g_is_zero, h_is_zero) = (c[i] <= active, c[j] <= active);
            if g_is_zero && h_is_zero {
                self.biactive
                    .push((p, self.active.len(), self.active.len() + 1));
            }
            // A pair that is not complementary at x is held at its smaller side.
            if g_is_zero || (!h_is_zero && c[i] <= c[j]) {
                self.push(Of::G(p), row(i), Sign::Zero);
            }
            if h_is_zero || (!g_is_zero && c[j] < c[i]) {
                self.push(Of::H(p), row(j), Sign::Zero);
            }
        }
        for i in (0..m).filter(|&i| !in_pair[i]) {
            let row = &jac[i * n..(i + 1) * n];
            self.push_sides(
                |s| Of::Row(i, s),
                row,
                c[i],
                meta.lcon()[i],
                meta.ucon()[i],
                active,
            );
        }
        let mut unit = vec![0.0; n];
        for j in 0..n {
            unit[j] = 1.0;
            self.push_sides(
                |s| Of::Variable(j, s),
                &unit,
                x[j],
                meta.lvar()[j],
                meta.uvar()[j],
                active,
            );
            unit[j] = 0.0;
        }
        Ok(())
    }

    /// A gradient up to `active` counts as zero: over a unit step its row changes by no more than what counts as zero.
    // Note (2026-11-28): where a row is degenerate, as y² ≤ 0 near y = 0, such a gradient would hold directions back that
    // the row does not, and a certificate would rest on rounding.
    fn push(&mut self, of: Of, mut gradient: Vec<f64>, sign: Sign) {
        if norm_inf(&gradient) <= self.threshold {
            gradient.fill(0.0);
        }
        self.active.push(Active { of, gradient, sign });
    }

    fn push_sides(
        &mut self,
        of: impl Fn(f64) -> Of,
        gradient: &[f64],
        value: f64,
        lower: f64,
        upper: f64,
        active: f64,
    ) {
        if lower == upper {
            return self.push(of(1.0), gradient.to_vec(), Sign::Zero);
        }
        for (sign, slack) in [(1.0, value - lower), (-1.0, upper - value)] {
            if slack <= active {
                let gradient = gradient.iter().map(|v| sign * v).collect();
                self.push(of(sign), gradient, Sign::NonNegative);
            }
        }
    }

    /// Largest violation of a row, a bound or of complementarity at the point.
    pub fn infeasibility(&self) -> f64 {
        self.infeasibility
    }

    /// Biactive pairs, with the places of their sides among the active gradients.
    pub fn biactive(&self) -> &[(usize, usize, usize)] {
        &self.biactive
    }

    /// The active gradients: where each comes from, and whether it is an equality.
    pub fn gradients(&self) -> impl Iterator<Item = (Of, &[f64], bool)> {
        let of = |a: &'_ Active| a.sign == Sign::Zero;
        self.active
            .iter()
            .map(move |a| (a.of, &a.gradient[..], of(a)))
    }

    /// Projects −∇f on the cone with these signs of (G'd, H'd) on the biactive pairs. Returns the length of
    /// the projection, which is the steepest descent; `None` when the quadratic program fails.
    pub fn project(&mut self, signs: &[(Sign, Sign)]) -> Option<f64> {
        debug_assert_eq!(signs.len(), self.biactive.len());
        let mut sign_of: Vec<Sign> = self.active.iter().map(|a| a.sign).collect();
        for (&(_, at_g, at_h), &(g, h)) in self.biactive.iter().zip(signs) {
            (sign_of[at_g], sign_of[at_h]) = (g, h);
        }
        self.rows.clear();
        self.from.clear();
        let mut equalities = 0;
        for wants_zero in [true, false] {
            for (k, active) in self.active.iter().enumerate() {
                let factor = match (sign_of[k], wants_zero) {
                    (Sign::Zero, true) | (Sign::NonNegative, false) => 1.0,
                    (Sign::NonPositive, false) => -1.0,
                    _ => continue,
                };
                self.rows.extend(active.gradient.iter().map(|v| factor * v));
                self.from.push((k, factor));
                equalities += usize::from(wants_zero);
            }
        }
        self.b.clear();
        self.b.resize(self.from.len(), 0.0);
        for (g, minus) in self.g.iter_mut().zip(&self.minus_g) {
            *g = -minus;
        }
        self.method.factor_identity();
        let verdict = self.method.solve(&Problem {
            g: &self.g,
            rows: &self.rows,
            b: &self.b,
            equalities,
        });
        (verdict == Verdict::Solved).then(|| norm2(&self.method.d))
    }

    /// Whether some d has a'd = 0 for equalities and all sides of pairs and a'd > 0 for the inequalities.
    pub fn has_interior_direction(&mut self) -> bool {
        self.rows.clear();
        self.b.clear();
        let mut equalities = 0;
        for wants_zero in [true, false] {
            let wanted = |a: &&Active| (a.sign == Sign::Zero) == wants_zero;
            for active in self.active.iter().filter(wanted) {
                self.rows.extend_from_slice(&active.gradient);
                self.b.push(if wants_zero {
                    0.0
                } else {
                    norm2(&active.gradient)
                });
                equalities += usize::from(wants_zero);
            }
        }
        // No direction points into an inequality whose gradient vanishes.
        if self.b[equalities..].contains(&0.0) {
            return false;
        }
        self.g.fill(0.0);
        self.method.factor_identity();
        let problem = Problem {
            g: &self.g,
            rows: &self.rows,
            b: &self.b,
            equalities,
        };
        // A direction of length beyond 10⁶ is one of rounding.
        self.method.solve(&problem) == Verdict::Solved && norm2(&self.method.d) < 1e6
    }

    /// The last projection.
    pub fn direction(&self) -> &[f64] {
        &self.method.d
    }

    /// Multipliers of the active gradients in the last projection: ∇f + d·scale = Σ λₖ aₖ.
    pub fn multipliers(&self) -> Vec<f64> {
        let mut multipliers = vec![0.0; self.active.len()];
        for (&(k, factor), lambda) in self.from.iter().zip(&self.method.lambda) {
            multipliers[k] = factor * lambda * self.scale;
        }
        multipliers
    }

    /// The biactive pair, not yet chosen, of which the projection moves both sides most, and whether G moves more.
    pub fn most_violated(&self, signs: &[(Sign, Sign)]) -> Option<(usize, bool)> {
        let d = self.direction();
        let size = 1e-9 * norm2(d);
        let mut worst = None;
        let mut largest = 0.0;
        for (k, &(_, at_g, at_h)) in self.biactive.iter().enumerate() {
            if signs[k] != (Sign::NonNegative, Sign::NonNegative) {
                continue;
            }
            let along = |at: usize| {
                let a = &self.active[at].gradient;
                dot(a, d) / norm2(a).max(f64::MIN_POSITIVE)
            };
            let (g, h) = (along(at_g), along(at_h));
            if g.min(h) > size && g.min(h) > largest {
                (worst, largest) = (Some((k, g > h)), g.min(h));
            }
        }
        worst
    }
}
