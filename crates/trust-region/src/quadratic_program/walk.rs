//! Starts and line searches of the active-set method.

use std::cmp::Ordering;

use linalg::slice::{axpy, dot, norm_inf, norm2};

use super::QuadraticProgram;
use super::active_set::{ActiveSet, Break, Place};

/// A change |aᵢᵀp| below this times ‖aᵢ‖ ‖p‖ is rounding error.
const PARALLEL: f64 = 1e-12;

impl ActiveSet {
    /// d = 0 and no working set, or the point on the last one when that is better.
    pub(super) fn start(&mut self, program: &QuadraticProgram) {
        self.set.clear();
        if !self.last.is_empty() && self.start_on_last(program) {
            return;
        }
        self.set.clear();
        self.d.fill(0.0);
        self.evaluate(program);
        self.place(program);
    }

    /// Tries the shortest step to the last working set; false when d = 0 is better.
    fn start_on_last(&mut self, program: &QuadraticProgram) -> bool {
        let m = program.nrow();
        for k in 0..self.last.len() {
            let (constraint, _) = self.last[k];
            self.add(program, constraint);
        }
        let last = &self.last;
        let end = |constraint: usize| {
            let at = last.iter().find(|(c, _)| *c == constraint);
            at.map_or(0.0, |&(c, place)| end_value(program, m, c, place))
        };
        self.set.least_norm(end, &mut self.d);
        for (j, d) in self.d.iter_mut().enumerate() {
            let moved = d.max(program.lower[j]).min(program.upper[j]);
            if !d.is_finite() || (moved - *d).abs() > 1e-12 * (1.0 + d.abs()) {
                return false;
            }
            *d = moved;
        }
        self.evaluate(program);
        let objective = dot(program.gradient, &self.d)
            + 0.5 * dot(&self.d, &self.hd)
            + program.penalty * program.violation(&self.d);
        let zero: f64 = (0..m).map(|i| program.excess(i, 0.0).abs()).sum();
        if objective.is_nan() || objective > program.penalty * zero {
            return false;
        }
        self.place(program);
        for k in 0..self.last.len() {
            let (constraint, place) = self.last[k];
            if self.set.members().contains(&constraint) {
                self.places[constraint] = place;
            }
        }
        true
    }

    /// A d and H d.
    fn evaluate(&mut self, program: &QuadraticProgram) {
        let n = program.nvar();
        self.hd.fill(0.0);
        for j in 0..n {
            axpy(
                self.d[j],
                &program.hessian[j * n..(j + 1) * n],
                &mut self.hd,
            );
        }
        for i in 0..program.nrow() {
            self.values[i] = dot(program.row(i), &self.d);
        }
    }

    fn place(&mut self, program: &QuadraticProgram) {
        for i in 0..program.nrow() {
            let excess = program.excess(i, self.values[i]);
            self.places[i] = if excess > 0.0 {
                Place::Above
            } else if excess < 0.0 {
                Place::Below
            } else {
                Place::Inside
            };
        }
        self.places[program.nrow()..].fill(Place::Inside);
    }

    /// Adds a constraint to the working set; false when its normal is dependent.
    pub(super) fn add(&mut self, program: &QuadraticProgram, constraint: usize) -> bool {
        let m = program.nrow();
        if constraint < m {
            let normal = program.row(constraint).iter().copied().enumerate();
            self.set.add(constraint, normal)
        } else {
            self.set
                .add(constraint, std::iter::once((constraint - m, 1.0)))
        }
    }

    /// Step 3: the length of the step; `None` when the objective falls without limit.
    pub(super) fn walk(&mut self, program: &QuadraticProgram, bland: bool) -> Option<f64> {
        let n = program.nvar();
        self.hp.fill(0.0);
        for j in 0..n {
            axpy(
                self.p[j],
                &program.hessian[j * n..(j + 1) * n],
                &mut self.hp,
            );
        }
        self.collect_breaks(program);
        // `order` keeps the two ends of an equality in sequence; a stable sort would allocate
        self.breaks.sort_unstable_by(|a, b| {
            let by_index = if bland {
                a.constraint.cmp(&b.constraint)
            } else {
                Ordering::Equal
            };
            let by_order = || a.order.cmp(&b.order);
            a.t.total_cmp(&b.t).then(by_index).then_with(by_order)
        });

        let curved = dot(&self.p, &self.hp);
        let (mut slope, mut t, mut entering) = (dot(&self.r, &self.p), 0.0, None);
        let mut bounded = false;
        for k in 0..self.breaks.len() {
            let at = self.breaks[k];
            let ahead = slope + curved * (at.t - t);
            if ahead >= 0.0 && curved > 0.0 {
                break;
            }
            (slope, t) = (ahead + at.jump, at.t);
            if slope >= 0.0 {
                entering = Some(at);
                bounded = true;
                break;
            }
            self.places[at.constraint] = at.behind;
        }
        if !bounded {
            let has_end = curved > 0.0 && slope <= 0.0;
            if !has_end {
                return None;
            }
            t -= slope / curved;
        }
        self.advance(program, t);
        if let Some(at) = entering {
            self.enter(program, at);
        }
        Some(t)
    }

    fn collect_breaks(&mut self, program: &QuadraticProgram) {
        self.breaks.clear();
        let (m, length, nu) = (program.nrow(), norm2(&self.p), program.penalty);
        for i in 0..m {
            let place = self.places[i];
            if matches!(place, Place::AtLower | Place::AtUpper) {
                self.slopes[i] = 0.0;
                continue;
            }
            let row = program.row(i);
            let s = dot(row, &self.p);
            self.slopes[i] = s;
            if s.abs() <= PARALLEL * norm2(row) * length {
                continue;
            }
            let mut ends = [
                (program.row_lower[i], Place::AtLower, Place::Below),
                (program.row_upper[i], Place::AtUpper, Place::Above),
            ];
            if s < 0.0 {
                // the order in which an equality meets them
                ends.reverse();
            }
            for (value, end, outside) in ends {
                if !value.is_finite() {
                    continue;
                }
                // Rising over the lower end from below, over the upper end from the inside; or falling.
                let rising = s > 0.0;
                let is_ahead = match (end, place) {
                    (Place::AtLower, Place::Below) | (Place::AtUpper, Place::Inside) => rising,
                    (Place::AtUpper, Place::Below) => rising,
                    (Place::AtLower, Place::Inside) | (Place::AtUpper, Place::Above) => !rising,
                    (Place::AtLower, Place::Above) => !rising,
                    _ => false,
                };
                if !is_ahead {
                    continue;
                }
                let leaves = rising == (end == Place::AtUpper);
                self.breaks.push(Break {
                    order: self.breaks.len(),
                    t: ((value - self.values[i]) / s).max(0.0),
                    constraint: i,
                    end,
                    behind: if leaves { outside } else { Place::Inside },
                    jump: nu * s.abs(),
                });
            }
        }
        for j in 0..program.nvar() {
            let (constraint, p) = (m + j, self.p[j]);
            if self.places[constraint] != Place::Inside || p.abs() <= PARALLEL * length {
                continue;
            }
            let (value, end) = if p > 0.0 {
                (program.upper[j], Place::AtUpper)
            } else {
                (program.lower[j], Place::AtLower)
            };
            if value.is_finite() {
                self.breaks.push(Break {
                    order: self.breaks.len(),
                    t: ((value - self.d[j]) / p).max(0.0),
                    constraint,
                    end,
                    behind: end,
                    jump: f64::INFINITY,
                });
            }
        }
    }

    /// d ← d + t p, inside of the bounds.
    fn advance(&mut self, program: &QuadraticProgram, t: f64) {
        axpy(t, &self.p, &mut self.d);
        axpy(t, &self.hp, &mut self.hd);
        axpy(t, &self.slopes, &mut self.values);
        for (j, d) in self.d.iter_mut().enumerate() {
            *d = d.max(program.lower[j]).min(program.upper[j]);
        }
        debug_assert!(norm_inf(&self.d).is_finite(), "a step is finite");
    }

    /// The break at which a walk ends enters the working set.
    fn enter(&mut self, program: &QuadraticProgram, at: Break) {
        let m = program.nrow();
        let value = end_value(program, m, at.constraint, at.end);
        if at.constraint < m {
            self.values[at.constraint] = value;
        } else {
            self.d[at.constraint - m] = value;
        }
        self.places[at.constraint] = if self.add(program, at.constraint) {
            at.end
        } else {
            // dependent: its slope along later directions is rounding error
            if at.constraint < m {
                at.behind
            } else {
                Place::Inside
            }
        };
    }
}

/// The value of a constraint at its end.
fn end_value(program: &QuadraticProgram, m: usize, constraint: usize, place: Place) -> f64 {
    let (lower, upper) = if constraint < m {
        (program.row_lower[constraint], program.row_upper[constraint])
    } else {
        (program.lower[constraint - m], program.upper[constraint - m])
    };
    if place == Place::AtUpper {
        upper
    } else {
        lower
    }
}
