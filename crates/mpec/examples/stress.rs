#![allow(missing_docs, missing_debug_implementations)]
use mpec::bilevel::*;
use nlp_model::*;
#[derive(Clone)]
struct P {
    n: usize,
    q: Vec<f64>,
    c: Vec<f64>,
    waves: Vec<(f64, Vec<f64>, f64)>,
    affine: bool,
    ball: bool,
}
impl BilevelFunctions for P {
    fn shape(&self) -> BilevelShape {
        BilevelShape {
            nx: 1,
            ny: self.n,
            upper_inequalities: 0,
            upper_equalities: 0,
            lower_inequalities: 2 * self.n + self.affine as usize + self.ball as usize,
            lower_equalities: 0,
        }
    }
    fn upper_obj<T: Scalar>(&self, x: &[T], _y: &[T]) -> T {
        x[0]
    }
    fn upper_cons<T: Scalar>(&self, _x: &[T], _y: &[T], _c: &mut [T]) {}
    fn lower_obj<T: Scalar>(&self, _x: &[T], y: &[T]) -> T {
        let n = self.n;
        let mut f = T::from(0.0);
        for i in 0..n {
            f += y[i] * self.c[i];
            for j in 0..=i {
                f += y[i] * y[j] * self.q[i * n + j];
            }
        }
        for (a, b, p) in &self.waves {
            let mut t = T::from(*p);
            for i in 0..n {
                t += y[i] * b[i];
            }
            f += t.cos() * *a;
        }
        f
    }
    fn lower_cons<T: Scalar>(&self, _x: &[T], y: &[T], c: &mut [T]) {
        let n = self.n;
        for i in 0..n {
            c[2 * i] = y[i] - 1.0;
            c[2 * i + 1] = -y[i] - 1.0;
        }
        let mut k = 2 * n;
        if self.affine {
            let mut t = T::from(-0.3);
            for i in 0..n {
                t += y[i];
            }
            c[k] = t;
            k += 1;
        }
        if self.ball {
            let mut t = T::from(-0.6 * n as f64);
            for i in 0..n {
                t += y[i] * y[i];
            }
            c[k] = t;
        }
    }
}
fn main() {
    let mut seed = 12345u64;
    let mut rnd = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 11) as f64 / (1u64 << 53) as f64 * 2.0 - 1.0
    };
    for kind in ["qp", "qp+rows", "waves", "waves+rows"] {
        for n in [1, 2, 3, 4, 5, 6, 8, 10] {
            let mut line = String::new();
            let (mut refuted, mut worst_boxes, mut worst) = (0, 0, 0.0f64);
            let mut proved = 0;
            let count = 6;
            for _ in 0..count {
                let p = P {
                    n,
                    q: (0..n * n).map(|_| rnd()).collect(),
                    c: (0..n).map(|_| rnd()).collect(),
                    waves: if kind.starts_with("waves") {
                        (0..n)
                            .map(|_| (rnd(), (0..n).map(|_| 3.0 * rnd()).collect(), 3.0 * rnd()))
                            .collect()
                    } else {
                        vec![]
                    },
                    affine: kind.ends_with("rows"),
                    ball: kind.ends_with("rows"),
                };
                let problem = AutoBilevel::new("p", p);
                let lo = LowerLevelOptions::default();
                let mut y = check_lower_level(&problem, &[0.0], &vec![0.0; n], &[], &lo)
                    .unwrap()
                    .best_point
                    .unwrap_or(vec![0.0; n]);
                let o = CertificateOptions {
                    seconds: 2.0,
                    ..Default::default()
                };
                for _ in 0..5 {
                    let c = certify(&problem, &[0.0], &y, &o).unwrap();
                    match &c.verdict {
                        Verdict::Refuted { point, .. } => {
                            refuted += 1;
                            y = point.clone();
                            continue;
                        }
                        Verdict::Proved(_) => {
                            proved += 1;
                        }
                        v => line += &format!(" [{v} v {:.1e} boxes {}]", c.violation, c.boxes),
                    }
                    worst_boxes = worst_boxes.max(c.boxes);
                    worst = worst.max(c.seconds);
                    break;
                }
            }
            println!(
                "{kind:10} n {n:2}: proved {proved}/{count} refuted on the way {refuted} boxes {worst_boxes} {worst:.3}s{line}"
            );
        }
    }
}
