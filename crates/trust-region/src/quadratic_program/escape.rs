//! Points that are stationary to first order only.

use linalg::slice::{dot, norm_inf, norm2};

use super::QuadraticProgram;
use super::active_set::{ActiveSet, Place};
use super::reduced::Curvature;

impl ActiveSet {
    /// Step 2 where first-order conditions hold: a direction of negative curvature in the space that
    /// members with multiplier 0 leave free, into p; false when there is none and W is as before.
    pub(super) fn escape(&mut self, program: &QuadraticProgram) -> bool {
        let k = self.set.members().len();
        let scale = norm_inf(&self.lambda[..k]).max(norm_inf(program.gradient));
        self.weak.clear();
        for position in (0..k).rev() {
            let constraint = self.set.members()[position];
            let (least, most) = self.interval(program, constraint);
            // equalities have an interval on both sides of 0
            let is_weak = (least == 0.0 || most == 0.0)
                && self.lambda[position].abs() <= 1e-9 * scale
                && least < most;
            if is_weak {
                self.weak.push((constraint, self.places[constraint]));
                self.places[constraint] = Place::Inside;
                self.set.remove(position);
            }
        }
        if self.weak.is_empty() {
            return false;
        }
        if self.direction(program, true) == Curvature::Negative {
            let stays = |sign: f64| {
                self.weak.iter().all(|&(constraint, place)| {
                    let slope = sign * self.slope(program, constraint);
                    let outward = if place == Place::AtUpper {
                        slope
                    } else {
                        -slope
                    };
                    outward <= 1e-12 * norm2(&self.p)
                })
            };
            for sign in [1.0, -1.0] {
                if stays(sign) {
                    self.p.iter_mut().for_each(|p| *p *= sign);
                    return true;
                }
            }
        }
        for l in 0..self.weak.len() {
            let (constraint, place) = self.weak[l];
            if self.add(program, constraint) {
                self.places[constraint] = place;
            }
        }
        // the multipliers belong to the order of the members
        let k = self.set.members().len();
        self.set.multipliers(&self.r, &mut self.lambda[..k]);
        false
    }

    /// aᵢᵀp of a row or bound.
    fn slope(&self, program: &QuadraticProgram, constraint: usize) -> f64 {
        if constraint < self.m {
            dot(program.row(constraint), &self.p)
        } else {
            self.p[constraint - self.m]
        }
    }
}
