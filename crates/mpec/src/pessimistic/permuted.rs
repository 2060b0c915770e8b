//! Models that one follower's program is made of: its own model with the variables in another order, and an objective 0.

use std::cell::RefCell;

use linalg::Pattern;
use nlp_model::{Functions, Meta, Model, ModelError, Scalar, Smooth, Tape, TwiceSmooth};

use super::replay::replay;

/// Objective 0, no rows.
pub(super) struct Nothing {
    meta: Meta,
    jac: Pattern,
    hess: Pattern,
}

impl Nothing {
    /// Of n variables.
    pub fn new(n: usize) -> Self {
        Nothing {
            meta: Meta::new("nothing", n, 0),
            jac: Pattern::empty(0, n),
            hess: Pattern::empty(n, n),
        }
    }
}

impl Model for Nothing {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, _: &[f64]) -> f64 {
        0.0
    }
    fn cons(&self, _: &[f64], _: &mut [f64]) {}
}

impl Smooth for Nothing {
    fn grad(&self, _: &[f64], g: &mut [f64]) {
        g.fill(0.0);
    }
    fn jac_structure(&self) -> &Pattern {
        &self.jac
    }
    fn jac_coord(&self, _: &[f64], _: &mut [f64]) {}
}

impl TwiceSmooth for Nothing {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }
    fn hess_coord(&self, _: &[f64], _: &[f64], _: f64, _: &mut [f64]) {}
    fn hprod(&self, _: &[f64], _: &[f64], _: f64, _: &[f64], out: &mut [f64]) {
        out.fill(0.0);
    }
}

/// A model with its variables in another order: variable k here is variable `order[k]` there.
pub(super) struct Permuted<'a> {
    model: &'a dyn TwiceSmooth,
    pub order: Vec<usize>,
    meta: Meta,
    jac: Pattern,
    hess: Pattern,
    pub tape: Option<Tape>,
    z: RefCell<[Vec<f64>; 3]>,
}

impl<'a> Permuted<'a> {
    /// Bounds of the first `free` variables are dropped.
    pub fn new(
        model: &'a dyn TwiceSmooth,
        order: Vec<usize>,
        free: usize,
    ) -> Result<Self, ModelError> {
        let (of, n) = (model.meta(), order.len());
        let mut place = vec![0; n];
        for (k, &j) in order.iter().enumerate() {
            place[j] = k;
        }
        let bound = |bounds: &[f64], none: f64| -> Vec<f64> {
            let own = |(k, &j): (usize, &usize)| if k < free { none } else { bounds[j] };
            order.iter().enumerate().map(own).collect()
        };
        let start: Vec<f64> = order.iter().map(|&j| of.x0()[j]).collect();
        let meta = Meta::new(of.name(), n, of.ncon())
            .start(&start)?
            .variable_bounds(
                &bound(of.lvar(), f64::NEG_INFINITY),
                &bound(of.uvar(), f64::INFINITY),
            )?
            .constraint_bounds(of.lcon(), of.ucon())?;
        let jac = model.jac_structure().iter().map(|(i, j)| (i, place[j]));
        let hess = model.hess_structure().iter().map(|(i, j)| {
            let (i, j) = (place[i], place[j]);
            (i.max(j), i.min(j))
        });
        Ok(Permuted {
            jac: Pattern::from_entries(of.ncon(), n, jac)?,
            hess: Pattern::from_entries(n, n, hess)?,
            tape: model.formula().map(|tape| {
                Tape::record(
                    &Reordered {
                        tape,
                        place: &place,
                    },
                    n,
                    of.ncon(),
                )
            }),
            z: RefCell::new([vec![0.0; n], vec![0.0; n], vec![0.0; n]]),
            model,
            order,
            meta,
        })
    }

    /// w here to z there.
    fn there(&self, here: &[f64], there: &mut [f64]) {
        for (v, &j) in here.iter().zip(&self.order) {
            there[j] = *v;
        }
    }
    fn here(&self, there: &[f64], here: &mut [f64]) {
        for (v, &j) in here.iter_mut().zip(&self.order) {
            *v = there[j];
        }
    }
}

/// The formulas of a tape with its variables in another order.
struct Reordered<'t> {
    tape: &'t Tape,
    place: &'t [usize],
}

impl Reordered<'_> {
    fn values<T: Scalar>(&self, w: &[T]) -> Vec<T> {
        let z: Vec<T> = self.place.iter().map(|&k| w[k]).collect();
        replay(self.tape, &z)
    }
}

impl Functions for Reordered<'_> {
    fn obj<T: Scalar>(&self, w: &[T]) -> T {
        self.values(w)[self.tape.obj()]
    }
    fn cons<T: Scalar>(&self, w: &[T], c: &mut [T]) {
        let values = self.values(w);
        for (c, &k) in c.iter_mut().zip(self.tape.cons()) {
            *c = values[k];
        }
    }
}

impl Model for Permuted<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, w: &[f64]) -> f64 {
        let [z, ..] = &mut *self.z.borrow_mut();
        self.there(w, z);
        self.model.obj(z)
    }
    fn cons(&self, w: &[f64], c: &mut [f64]) {
        let [z, ..] = &mut *self.z.borrow_mut();
        self.there(w, z);
        self.model.cons(z, c);
    }
}

impl Smooth for Permuted<'_> {
    fn grad(&self, w: &[f64], g: &mut [f64]) {
        let [z, gz, _] = &mut *self.z.borrow_mut();
        self.there(w, z);
        self.model.grad(z, gz);
        self.here(gz, g);
    }
    fn jac_structure(&self) -> &Pattern {
        &self.jac
    }
    fn jac_coord(&self, w: &[f64], vals: &mut [f64]) {
        let [z, ..] = &mut *self.z.borrow_mut();
        self.there(w, z);
        self.model.jac_coord(z, vals);
    }
}

impl TwiceSmooth for Permuted<'_> {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }
    fn hess_coord(&self, w: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        let [z, ..] = &mut *self.z.borrow_mut();
        self.there(w, z);
        self.model.hess_coord(z, y, sigma, vals);
    }
    fn hprod(&self, w: &[f64], y: &[f64], sigma: f64, v: &[f64], out: &mut [f64]) {
        let [z, vz, oz] = &mut *self.z.borrow_mut();
        self.there(w, z);
        self.there(v, vz);
        self.model.hprod(z, y, sigma, vz, oz);
        self.here(oz, out);
    }
    fn hess_directional(&self, w: &[f64], y: &[f64], sigma: f64, v: &[f64], vals: &mut [f64]) {
        let [z, vz, _] = &mut *self.z.borrow_mut();
        self.there(w, z);
        self.there(v, vz);
        self.model.hess_directional(z, y, sigma, vz, vals);
    }
}
