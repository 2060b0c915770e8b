//! First derivatives, forwards in lanes.

use linalg::Pattern;

use super::{AutoModel, lift};
use crate::compression::LANES;
use crate::counters::Verb;
use crate::elements::Weights;
use crate::lanes::Lanes;
use crate::{Functions, Model, Smooth};

impl<U: Functions> Smooth for AutoModel<U> {
    fn grad(&self, x: &[f64], g: &mut [f64]) {
        let n = self.meta().nvar();
        assert_eq!((x.len(), g.len()), (n, n), "lengths of x and g");
        self.counters.add(Verb::Grad);
        if let Some(sweeps) = &self.sweeps {
            let objective = Weights {
                sigma: 1.0,
                y: None,
            };
            return sweeps.gradient(x, objective, g);
        }
        g.fill(0.0);
        self.lanes.lend(n, Lanes::from(0.0), |t| {
            lift(x, t);
            for variables in self.structure.obj_variables.chunks(LANES) {
                for (lane, &j) in variables.iter().enumerate() {
                    t[j].eps[lane] = 1.0;
                }
                let f = self.functions.obj(t);
                for (lane, &j) in variables.iter().enumerate() {
                    t[j].eps[lane] = 0.0;
                    g[j] = f.eps[lane];
                }
            }
        });
    }

    fn jac_structure(&self) -> &Pattern {
        &self.structure.jac
    }

    fn jac_coord(&self, x: &[f64], vals: &mut [f64]) {
        let (n, m) = (self.meta().nvar(), self.meta().ncon());
        assert_eq!(
            (x.len(), vals.len()),
            (n, self.structure.jac.nnz()),
            "lengths of x and vals"
        );
        self.counters.add(Verb::Jac);
        for &(k, value) in &self.constant_jac {
            vals[k] = value;
        }
        if self.jacobian.passes() == 0 {
            return;
        }
        self.lanes.lend(n + m, Lanes::from(0.0), |buffer| {
            let (t, c) = buffer.split_at_mut(n);
            for pass in 0..self.jacobian.passes() {
                for (j, (t, &x)) in t.iter_mut().zip(x).enumerate() {
                    *t = Lanes::from(x);
                    if let Some(lane) = self.jacobian.lane(pass, j) {
                        t.eps[lane] = 1.0;
                    }
                }
                c.fill(Lanes::from(0.0));
                self.functions.cons(t, c);
                self.jacobian
                    .read(pass, |k, row, lane| vals[k] = c[row].eps[lane]);
            }
        });
    }

    fn jprod(&self, x: &[f64], v: &[f64], out: &mut [f64]) {
        let (n, m) = (self.meta().nvar(), self.meta().ncon());
        assert_eq!(
            (x.len(), v.len(), out.len()),
            (n, n, m),
            "lengths of x, v and out"
        );
        self.counters.add(Verb::Jprod);
        // the first of the lanes alone: a narrower number would compile each formula once more
        self.lanes.lend(n + m, Lanes::from(0.0), |buffer| {
            let (t, c) = buffer.split_at_mut(n);
            lift(x, t);
            for (t, &v) in t.iter_mut().zip(v) {
                t.eps[0] = v;
            }
            c.fill(Lanes::from(0.0));
            self.functions.cons(t, c);
            for (out, c) in out.iter_mut().zip(c) {
                *out = c.eps[0];
            }
        });
    }

    fn jtprod(&self, x: &[f64], w: &[f64], out: &mut [f64]) {
        self.counters.add(Verb::Jtprod);
        if let Some(sweeps) = &self.sweeps {
            let rows = Weights {
                sigma: 0.0,
                y: Some(w),
            };
            return sweeps.gradient(x, rows, out);
        }
        self.values.with(self.structure.jac.nnz(), 0.0, |vals| {
            self.jac_coord(x, vals);
            self.structure.jac.mul_transpose(vals, w, out);
        });
    }
}
