//! Toll setting: a company takes a toll on the middle road of Braess' network, drivers choose their routes.
//!
//! Six drivers (in thousands) go from o to d: o–a and b–d take 10 v minutes with v drivers, o–b and a–d take
//! 50 + v, the middle road a–b takes 10 + v. Routes: o–a–d, o–b–d, o–a–b–d. In equilibrium no driver has a
//! quicker route, tolls counted as minutes, which is where the sum of integrals of the times is smallest
//! (Beckmann). Run with a folder as argument to choose where the picture goes.

#[allow(dead_code)]
mod draw;

use stackelberg::{
    BilevelOptions, BilevelSolution, mpec::MpecError, nlp_model::AutoBilevel, solve_bilevel,
};

stackelberg::bilevel! {
    /// x: toll in minutes; y1, y2, y3: drivers on the three routes.
    struct Braess(toll; upper, lower, middle);
    F = -toll * middle;
    G <= 0: [-toll, toll - 30.0];
    f = 5.0 * (upper + middle).powi(2) + 5.0 * (lower + middle).powi(2)
        + 50.0 * upper + 0.5 * upper.powi(2) + 50.0 * lower + 0.5 * lower.powi(2)
        + (10.0 + toll) * middle + 0.5 * middle.powi(2);
    g <= 0: [-upper, -lower, -middle];
    h == 0: [upper + lower + middle - 6.0];
}

/// The solution with default options.
pub fn solve() -> Result<BilevelSolution, MpecError> {
    solve_bilevel(
        &AutoBilevel::new("toll", Braess),
        &BilevelOptions::default(),
    )
}

/// Drivers on the middle road, by hand: 40 − toll = 9 upper + 11 middle while the road is used.
pub fn middle(toll: f64) -> f64 {
    ((13.0 - toll) / 6.5).clamp(0.0, 2.0)
}

/// Minutes of all drivers.
pub fn travel_time(toll: f64) -> f64 {
    let (m, outer) = (middle(toll), 3.0 - 0.5 * middle(toll));
    let first = outer + m;
    2.0 * (10.0 * first * first + outer * (50.0 + outer)) + m * (10.0 + m)
}

#[allow(dead_code)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let solution = solve()?;
    println!("{solution}\n");
    let (toll, revenue) = (solution.x[0], -solution.objective);
    println!(
        "toll {toll:.3} min, {:.3} thousand drivers pay, revenue {revenue:.3}",
        solution.y[2]
    );
    println!(
        "travel time {:.1}; without toll {:.1}, without the road {:.1}",
        travel_time(toll),
        travel_time(0.0),
        travel_time(13.0)
    );

    let tolls: Vec<f64> = (0..=160).map(|k| f64::from(k) / 10.0).collect();
    let revenues: Vec<(f64, f64)> = tolls.iter().map(|&t| (t, t * middle(t))).collect();
    let times: Vec<(f64, f64)> = tolls
        .iter()
        .map(|&t| (t, (travel_time(t) - 498.0) / 6.0))
        .collect();
    let mut chart = draw::Chart::new(
        "Braess' network with a toll",
        ("toll on the middle road, minutes", 0.0, 16.0),
        ("revenue; minutes", 0.0, 12.0),
    );
    chart.line("revenue", draw::BLUE, &revenues);
    chart.line(
        "minutes a driver loses against the best",
        draw::GREY,
        &times,
    );
    chart.dots("found", draw::ORANGE, &[(toll, revenue)]);
    println!("{}", chart.save("toll-setting.svg")?.display());
    Ok(())
}
