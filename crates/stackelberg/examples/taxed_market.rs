//! Two firms in a taxed market: how much do their quantities move with the tax?
//!
//! The price is 10 − y₁ − y₂, unit costs are 1 and 2, the tax x is paid for each unit, and the first firm makes at most
//! 2.5. The equilibrium solves a variational inequality with f₀ = −(marginal profits). By hand, with the first firm
//! at its capacity up to the tax 2.5: y = (2.5, (5.5 − x)/2), then y = ((10 − x)/3, (7 − x)/3). So the modulus in
//! the ∞-norm is 1/2, then 1/3; at the kink the theorem says nothing.

#[allow(dead_code)]
mod draw;

use stackelberg::nlp_model::{AutoQvi, QviFunctions, QviShape, Scalar};
use stackelberg::ssn::SsnError;
use stackelberg::ssn::stability::{
    Sample, SampleOptions, Stability, StabilityOptions, of_qvi, sample_qvi,
};

/// x: the tax; y: the quantities.
#[derive(Clone)]
struct Market;

impl QviFunctions for Market {
    fn shape(&self) -> QviShape {
        QviShape {
            nx: 1,
            ny: 2,
            upper_rows: 0,
            lower_rows: 3,
        }
    }
    fn obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T {
        -x[0] * (y[0] + y[1])
    }
    fn cons<T: Scalar>(&self, _: &[T], _: &[T], _: &mut [T]) {}
    fn linear_form<T: Scalar>(&self, x: &[T], y: &[T], s: &[T]) -> T {
        let first = x[0] + y[0] * 2.0 + y[1] - 9.0;
        let second = x[0] + y[0] + y[1] * 2.0 - 8.0;
        s[0] * first + s[1] * second
    }
    fn moving_set<T: Scalar>(&self, _: &[T], _: &[T], s: &[T], c: &mut [T]) {
        c[0] = s[0] - 2.5;
        c[1] = -s[0];
        c[2] = -s[1];
    }
}

/// The equilibrium, by hand.
pub fn equilibrium(tax: f64) -> [f64; 2] {
    if tax <= 2.5 {
        [2.5, (5.5 - tax) / 2.0]
    } else {
        [(10.0 - tax) / 3.0, (7.0 - tax) / 3.0]
    }
}

/// What is proved at this tax, and what is sampled.
pub fn examine(tax: f64) -> Result<(Stability, Sample), SsnError> {
    let market = AutoQvi::new("taxed market", Market);
    let (x, y) = ([tax], equilibrium(tax));
    Ok((
        of_qvi(&market, &x, &y, &StabilityOptions::default())?,
        sample_qvi(&market, &x, &y, &SampleOptions::default())?,
    ))
}

#[allow(dead_code)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let taxes = || (0..=120).map(|k| 0.05 * f64::from(k));
    let mut chart = draw::Chart::new(
        "Two firms and a tax: where the equilibrium can be after a change",
        ("tax", 0.0, 6.0),
        ("quantity", 0.0, 3.0),
    );
    for (firm, color) in [(0, draw::GREEN), (1, draw::BLUE)] {
        let curve: Vec<(f64, f64)> = taxes().map(|x| (x, equilibrium(x)[firm])).collect();
        chart.line(["firm 1", "firm 2"][firm], color, &curve);
    }
    let (mut bounded, mut cones) = (Vec::new(), Vec::new());
    for tax in [1.0, 2.5, 4.0] {
        let (stability, sample) = examine(tax)?;
        println!("tax {tax}: {stability}\n{sample}\n");
        let Some(modulus) = stability.bound() else {
            continue;
        };
        let y = equilibrium(tax)[1];
        for slope in [modulus.max.upper, -modulus.max.upper] {
            let line = [-1.0, 1.0].map(|d| (tax + d, y + slope * d));
            cones.extend([line[0], line[1], (f64::NAN, f64::NAN)]);
        }
        bounded.push((tax, y));
    }
    chart.line("bound", draw::ORANGE, &cones);
    chart.dots("examined", draw::ORANGE, &bounded);
    println!("{}", chart.save("taxed-market.svg")?.display());
    Ok(())
}
