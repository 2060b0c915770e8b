//! Starting points of the searches at the lower level.

use nlp_model::Smooth;

/// Up to this number of variables all corners of the box are starts, beyond it two.
const MOST_CORNERS: usize = 4;

/// Starts in a fixed order: y, the points of the caller, the centre and corners of a box around y,
/// and `samples` points of a Kronecker sequence in the box.
///
/// The box holds what rows and bounds with a single variable say at y, linearised; where they say
/// nothing it ends 2(1 + |yⱼ|) away. It steers the starts and restricts nothing.
pub(crate) fn starts(
    model: &dyn Smooth,
    y: &[f64],
    points: &[&[f64]],
    samples: usize,
) -> Vec<Vec<f64>> {
    let n = y.len();
    let (lower, upper) = search_box(model, y);
    let at = |part: &dyn Fn(usize) -> f64| -> Vec<f64> {
        let inside = |j: usize| lower[j] + part(j) * (upper[j] - lower[j]);
        (0..n).map(inside).collect()
    };
    let mut list = vec![y.to_vec()];
    list.extend(points.iter().map(|point| point.to_vec()));
    list.push(at(&|_| 0.5));
    if n <= MOST_CORNERS {
        list.extend((0..1_usize << n).map(|corner| at(&|j| f64::from((corner >> j & 1) as u8))));
    } else {
        list.extend([at(&|_| 0.0), at(&|_| 1.0)]);
    }
    let steps = kronecker_steps(n);
    list.extend((1..=samples).map(|k| at(&|j| (0.5 + k as f64 * steps[j]).fract())));
    // a box around a huge y may overflow
    list.retain(|start| linalg::slice::all_finite(start));
    list
}

/// 1/r, 1/r², …, 1/rⁿ with r^(n+1) = r + 1: multiples of this vector modulo 1 fill the cube evenly.
pub(super) fn kronecker_steps(n: usize) -> Vec<f64> {
    let mut r = 2.0_f64;
    for _ in 0..64 {
        r = (1.0 + r).powf(1.0 / (n + 1) as f64);
    }
    (1..=n).map(|j| r.powi(-(j as i32))).collect()
}

/// A bounded box around y; see [`starts`].
fn search_box(model: &dyn Smooth, y: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let meta = model.meta();
    let (mut lower, mut upper) = (meta.lvar().to_vec(), meta.uvar().to_vec());
    let mut entries_of_row = vec![0; meta.ncon()];
    for &i in model.jac_structure().rows() {
        entries_of_row[i] += 1;
    }
    let mut c = vec![0.0; meta.ncon()];
    let mut jac = vec![0.0; model.jac_structure().nnz()];
    model.cons(y, &mut c);
    model.jac_coord(y, &mut jac);
    for ((i, j), a) in model.jac_structure().iter().zip(jac) {
        if entries_of_row[i] != 1 {
            continue;
        }
        // lcon ≤ c + a (sⱼ − yⱼ) ≤ ucon
        for (side, is_upper) in [(meta.ucon()[i], a > 0.0), (meta.lcon()[i], a < 0.0)] {
            let bound = y[j] + (side - c[i]) / a;
            if bound.is_finite() && is_upper {
                upper[j] = upper[j].min(bound);
            } else if bound.is_finite() {
                lower[j] = lower[j].max(bound);
            }
        }
    }
    for j in 0..y.len() {
        let reach = 2.0 * (1.0 + y[j].abs());
        if lower[j] > upper[j] {
            (lower[j], upper[j]) = (y[j] - reach, y[j] + reach);
        }
        if lower[j] == f64::NEG_INFINITY {
            lower[j] = y[j].min(upper[j]) - reach;
        }
        if upper[j] == f64::INFINITY {
            upper[j] = y[j].max(lower[j]) + reach;
        }
    }
    (lower, upper)
}

#[cfg(test)]
mod tests {
    use super::starts;
    use crate::bilevel::FixedUpper;
    use nlp_model::AutoBilevel;

    nlp_model::bilevel! {
        struct Boxed(x; y1, y2);
        F = x;
        G <= 0: [];
        f = y1 * y2;
        g <= 0: [x - y1, 2.0 * y1 - 8.0, y1 + y2 - 5.0, 3.0 - y2];
    }

    #[test]
    fn corners_and_centre_come_from_the_rows_with_one_variable() {
        let problem = AutoBilevel::new("Boxed", Boxed);
        let model = FixedUpper::new(&problem, &[1.0]).unwrap();
        let list = starts(&model, &[2.0, 0.0], &[&[7.0, 7.0]], 3);
        // 1 ≤ y₁ ≤ 4, 3 ≤ y₂ ≤ 3 + 2
        let expected = [
            [2.0, 0.0],
            [7.0, 7.0],
            [2.5, 4.0],
            [1.0, 3.0],
            [4.0, 3.0],
            [1.0, 5.0],
            [4.0, 5.0],
        ];
        assert_eq!(list[..7], expected);
        assert_eq!(list.len(), 10);
        let inside = |s: &Vec<f64>| (1.0..4.0).contains(&s[0]) && (3.0..5.0).contains(&s[1]);
        assert!(list[7..].iter().all(inside));
    }

    #[test]
    fn samples_are_spread_evenly() {
        let problem = AutoBilevel::new("Boxed", Boxed);
        let model = FixedUpper::new(&problem, &[1.0]).unwrap();
        let list = starts(&model, &[2.0, 0.0], &[], 16);
        // every quarter of an edge holds 3 to 5 of 16 points
        for quarter in 0..4 {
            let from = 1.0 + 0.75 * f64::from(quarter);
            let held = list[6..]
                .iter()
                .filter(|s| (from..from + 0.75).contains(&s[0]))
                .count();
            assert!(
                (3..=5).contains(&held),
                "{held} points in quarter {quarter}"
            );
        }
    }
}
