//! Residual functions of (MoreGarbowHillstrom1981), the four that (MoreWild2009) add, and a chain.

mod fits;
mod scalable;
mod small;

use nlp_model::Scalar;

/// A residual function r: Rⁿ → Rᵐ; the objective is Σ rᵢ².
///
/// Numbers are those of (MoreGarbowHillstrom1981).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// 2, n = 2.
    FreudensteinRoth,
    /// 3, n = 2.
    PowellBadlyScaled,
    /// 4, n = 2.
    BrownBadlyScaled,
    /// 5, n = 2.
    Beale,
    /// 6, n = 2.
    JennrichSampson,
    /// 7, n = 3: the angle jumps on the half plane x₁ = 0, x₂ < 0.
    HelicalValley,
    /// 7 with the angle of `atan2`, which jumps on the half plane x₂ = 0, x₁ < 0.
    HelicalValleyAtan2,
    /// 8, n = 3.
    Bard,
    /// 9, n = 3.
    Gaussian,
    /// 10, n = 3.
    Meyer,
    /// 11, n = 3.
    Gulf,
    /// 12, n = 3.
    Box3d,
    /// 14, n = 4.
    Wood,
    /// 15, n = 4.
    KowalikOsborne,
    /// 16, n = 4.
    BrownDennis,
    /// 17, n = 5.
    Osborne1,
    /// 18, n = 6.
    BiggsExp6,
    /// 19, n = 11.
    Osborne2,
    /// 20, 2 ≤ n ≤ 31.
    Watson,
    /// 21, n even.
    ExtRosenbrock,
    /// 22, n a multiple of four.
    ExtPowellSingular,
    /// 23.
    Penalty1,
    /// 24.
    Penalty2,
    /// 25.
    VariablyDimensioned,
    /// 26.
    Trigonometric,
    /// 27.
    BrownAlmostLinear,
    /// 28.
    DiscreteBv,
    /// 29.
    DiscreteIntegral,
    /// 30.
    BroydenTridiagonal,
    /// 31.
    BroydenBanded,
    /// 32, m ≥ n.
    LinearFullRank,
    /// 33.
    LinearRank1,
    /// 34.
    LinearRank1Zeros,
    /// 35, n ≤ 32.
    Chebyquad,
    /// Rosenbrock's function along a chain of variables; in neither collection.
    ChainedRosenbrock,
    /// (MoreWild2009), number 19, n ≥ 5.
    Bdqrtic,
    /// (MoreWild2009), number 20.
    Cube,
    /// (MoreWild2009), number 21.
    Mancino,
    /// (MoreWild2009), number 22, n = 8.
    Heart8,
}

use Function::*;

impl Function {
    /// The residuals at `x`, into `r`.
    ///
    /// # Panics
    /// When the lengths do not fit the function.
    pub fn residuals<T: Scalar>(self, x: &[T], r: &mut [T]) {
        let m = r.len();
        let mut i = 0;
        self.each(x, m, &mut |value| {
            r[i] = value;
            i += 1;
        });
        assert_eq!(i, m, "number of residuals of {self:?}");
    }

    /// Σ rᵢ(x)², with `m` residuals.
    pub fn sum_of_squares<T: Scalar>(self, x: &[T], m: usize) -> T {
        let mut sum = T::from(0.0);
        self.each(x, m, &mut |value| sum += value * value);
        sum
    }

    /// Hands the residuals at `x` to `out`, in order.
    fn each<T: Scalar>(self, x: &[T], m: usize, out: &mut impl FnMut(T)) {
        match self {
            FreudensteinRoth => small::freudenstein_roth(x, out),
            PowellBadlyScaled => small::powell_badly_scaled(x, out),
            BrownBadlyScaled => small::brown_badly_scaled(x, out),
            Beale => small::beale(x, out),
            HelicalValley => small::helical_valley(x, small::turn, out),
            HelicalValleyAtan2 => small::helical_valley(x, small::turn_atan2, out),
            Wood => small::wood(x, out),
            Heart8 => small::heart8(x, out),
            JennrichSampson => fits::jennrich_sampson(x, m, out),
            Bard => fits::bard(x, out),
            Gaussian => fits::gaussian(x, out),
            Meyer => fits::meyer(x, out),
            Gulf => fits::gulf(x, m, out),
            Box3d => fits::box3d(x, m, out),
            KowalikOsborne => fits::kowalik_osborne(x, out),
            BrownDennis => fits::brown_dennis(x, m, out),
            Osborne1 => fits::osborne1(x, out),
            BiggsExp6 => fits::biggs_exp6(x, m, out),
            Osborne2 => fits::osborne2(x, out),
            Watson => fits::watson(x, out),
            ExtRosenbrock => scalable::ext_rosenbrock(x, out),
            ExtPowellSingular => scalable::ext_powell_singular(x, out),
            Penalty1 => scalable::penalty1(x, out),
            Penalty2 => scalable::penalty2(x, out),
            VariablyDimensioned => scalable::variably_dimensioned(x, out),
            Trigonometric => scalable::trigonometric(x, out),
            BrownAlmostLinear => scalable::brown_almost_linear(x, out),
            DiscreteBv => scalable::discrete_bv(x, out),
            DiscreteIntegral => scalable::discrete_integral(x, out),
            BroydenTridiagonal => scalable::broyden_tridiagonal(x, out),
            BroydenBanded => scalable::broyden_banded(x, out),
            LinearFullRank => scalable::linear_full_rank(x, m, out),
            LinearRank1 => scalable::linear_rank1(x, m, out),
            LinearRank1Zeros => scalable::linear_rank1_zeros(x, m, out),
            Chebyquad => scalable::chebyquad(x, m, out),
            ChainedRosenbrock => scalable::chained_rosenbrock(x, out),
            Bdqrtic => scalable::bdqrtic(x, out),
            Cube => scalable::cube(x, out),
            Mancino => scalable::mancino(x, out),
        }
    }

    /// The number of residuals for `n` variables; where it is free, the usual one.
    pub fn rows(self, n: usize) -> usize {
        match self {
            FreudensteinRoth | PowellBadlyScaled => 2,
            BrownBadlyScaled | Beale | HelicalValley | HelicalValleyAtan2 => 3,
            JennrichSampson | Box3d => 10,
            Bard | Gaussian => fits::BARD.len(),
            Meyer => fits::MEYER.len(),
            Gulf => 99,
            Wood => 6,
            KowalikOsborne => fits::KOWALIK.len(),
            BrownDennis => 20,
            Osborne1 => fits::OSBORNE1.len(),
            BiggsExp6 => 13,
            Osborne2 => fits::OSBORNE2.len(),
            Watson => 31,
            Penalty1 => n + 1,
            Penalty2 => 2 * n,
            VariablyDimensioned => n + 2,
            LinearFullRank | LinearRank1 | LinearRank1Zeros => 2 * n,
            ChainedRosenbrock => 2 * (n - 1),
            Bdqrtic => 2 * (n - 4),
            ExtRosenbrock | ExtPowellSingular | Trigonometric | BrownAlmostLinear | DiscreteBv
            | DiscreteIntegral | BroydenTridiagonal | BroydenBanded | Chebyquad | Cube
            | Mancino | Heart8 => n,
        }
    }

    /// The standard starting point of `n` variables.
    pub fn start(self, n: usize) -> Vec<f64> {
        let each = |f: &dyn Fn(f64) -> f64| (1..=n).map(|i| f(i as f64)).collect();
        let h = 1.0 / (n as f64 + 1.0);
        match self {
            FreudensteinRoth => vec![0.5, -2.0],
            PowellBadlyScaled => vec![0.0, 1.0],
            BrownBadlyScaled | Beale => vec![1.0; 2],
            JennrichSampson => vec![0.3, 0.4],
            HelicalValley | HelicalValleyAtan2 => vec![-1.0, 0.0, 0.0],
            Gaussian => vec![0.4, 1.0, 0.0],
            Meyer => vec![0.02, 4000.0, 250.0],
            Gulf => vec![5.0, 2.5, 0.15],
            Box3d => vec![0.0, 10.0, 20.0],
            Wood => vec![-3.0, -1.0, -3.0, -1.0],
            KowalikOsborne => vec![0.25, 0.39, 0.415, 0.39],
            BrownDennis => vec![25.0, 5.0, -5.0, -1.0],
            Osborne1 => vec![0.5, 1.5, -1.0, 0.01, 0.02],
            BiggsExp6 => vec![1.0, 2.0, 1.0, 1.0, 1.0, 1.0],
            Osborne2 => vec![1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5],
            Heart8 => vec![-0.3, -0.39, 0.3, -0.344, -1.2, 2.69, 1.59, -1.5],
            Watson => vec![0.0; n],
            ExtRosenbrock | ChainedRosenbrock => each(&|i| if i % 2.0 == 1.0 { -1.2 } else { 1.0 }),
            ExtPowellSingular => each(&|i| [1.0, 3.0, -1.0, 0.0][i as usize % 4]),
            Penalty1 => each(&|i| i),
            Penalty2 | BrownAlmostLinear | Cube => vec![0.5; n],
            VariablyDimensioned => each(&|i| 1.0 - i / n as f64),
            Trigonometric => vec![1.0 / n as f64; n],
            DiscreteBv | DiscreteIntegral => each(&|i| i * h * (i * h - 1.0)),
            BroydenTridiagonal | BroydenBanded => vec![-1.0; n],
            Chebyquad => each(&|i| i * h),
            Bard | LinearFullRank | LinearRank1 | LinearRank1Zeros | Bdqrtic => vec![1.0; n],
            Mancino => scalable::mancino_start(n),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Function;
    use num_dual::Dual64;

    #[test]
    fn the_two_angles_of_the_helical_valley_agree_on_three_quadrants_only() {
        let value = |f: Function, x: [f64; 3]| f.sum_of_squares(&x, 3);
        for x in [[1.0, 2.0, 0.5], [3.0, -0.2, 1.0], [-0.1, 2.0, 1.0]] {
            let (a, b) = (
                value(Function::HelicalValley, x),
                value(Function::HelicalValleyAtan2, x),
            );
            assert!((a - b).abs() <= 1e-13 * a, "{x:?}");
        }
        let x = [-1.0, -1.0, 0.0];
        // The angles are 5/8 and −3/8 of a turn.
        let rest = 100.0 * (2f64.sqrt() - 1.0).powi(2);
        assert!((value(Function::HelicalValley, x) - 62.5f64.powi(2) - rest).abs() < 1e-9);
        assert!((value(Function::HelicalValleyAtan2, x) - 37.5f64.powi(2) - rest).abs() < 1e-9);
    }

    #[test]
    fn the_angle_has_a_finite_derivative_on_every_axis() {
        for (a, b) in [(1.0, 0.0), (0.0, 1.0), (0.0, -1.0), (-1.0, 0.0)] {
            let x = [a, b, 0.0].map(Dual64::from);
            let x = [x[0].derivative(), x[1], x[2]];
            let d = Function::HelicalValley.sum_of_squares(&x, 3);
            assert!(d.eps.is_finite(), "{a} {b}");
        }
    }

    #[test]
    #[should_panic(expected = "number of residuals")]
    fn a_wrong_number_of_residuals_is_a_mistake() {
        Function::Beale.residuals(&[1.0, 1.0], &mut [0.0; 4]);
    }
}
