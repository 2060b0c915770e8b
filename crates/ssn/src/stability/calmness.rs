//! Calmness of the value-function constraint, by a sharpness constant of the gap.

use super::condition::{Answer, Condition};
use super::cone::{MultiplierCone, Origin};
use super::first_order::Lower;
use super::program::{Outcome, Program};
use super::qualification::Qualification;
use super::responses::Responses;

/// α above this counts as positive.
const SHARP: f64 = 1e-7;

/// A lower bound α of the local uniform weak sharp minimum constant:
/// f(x, y) − φ(x, y) ≥ α′ dist₂(y, S(x)) near the point on g ≤ 0, for each α′ < α
/// (DuttaLafhimZemkohoZhou2024, Definition 1); 0 when none is found.
///
/// Where the gap h = f − φ is positive, some row r with a positive multiplier behind φ is inactive at y: else y
/// itself would be a minimiser. So every limit of subgradients ξ ∈ ∂ᵧh + N(y; g(x, ·) ≤ 0) from such points
/// lies, for some r, in
///
/// conv { ∇ᵧ(f − L)(ŷ_k, w_l) : r active at ŷ_k } + cone { ∇ᵧgᵢ : i active at ȳ, i ≠ r },
///
/// and α is the smallest distance of 0 from these sets: the slopes of h stay above each α′ < α, which bounds
/// the distance to its zeros (Ekeland's principle; AzeCorvellec2004). With several ŷ this needs rows affine in
/// s; with rows that are not, ŷ must be a vertex of as many strongly active rows as there are variables.
pub(super) fn sharpness(
    lower: &Lower,
    cone: &MultiplierCone,
    responses: &Responses,
    by_y: &Qualification,
) -> Condition {
    if !responses.completeness.holds() {
        return Condition::cannot_tell("not all responses are known");
    }
    if !(lower.is_affine_in_s || responses.is_strong_vertex) {
        return Condition::cannot_tell("curved rows, and no vertex");
    }
    if !by_y.condition.holds() {
        return Condition::cannot_tell("the rows by y satisfy no constraint qualification");
    }
    let mut rows: Vec<usize> = responses.active.concat();
    rows.sort_unstable();
    rows.dedup();
    let mut least = f64::INFINITY;
    for row in rows {
        let Some(distance) = distance(cone, responses, row) else {
            return Condition::cannot_tell("a cone program was not solved");
        };
        least = least.min(distance);
    }
    let answer = if least > SHARP {
        Answer::Holds
    } else {
        Answer::CannotTell
    };
    Condition::new(answer, least.max(0.0), "sharpness constant of the gap")
}

/// The distance of 0 from the set of row r.
fn distance(cone: &MultiplierCone, responses: &Responses, row: usize) -> Option<f64> {
    let takes_part: Vec<usize> = (0..cone.generators.len())
        .filter(|&g| match cone.generators[g].origin {
            Origin::Row(i, _) => i != row,
            Origin::Gap(k, _) => responses.active[k].contains(&row),
        })
        .collect();
    let count = takes_part.len();
    let mut program = Program::minimize(vec![0.0; count + 1]);
    program.set_cost(count, 1.0);
    let mut total = vec![0.0; count + 1];
    for (k, &g) in takes_part.iter().enumerate() {
        program.bound(k, 0.0, f64::INFINITY);
        if matches!(cone.generators[g].origin, Origin::Gap(..)) {
            total[k] = 1.0;
        }
    }
    program.equal(total, 1.0);
    let mut bound = vec![0.0; count + 1];
    bound[count] = -1.0;
    let mut block = vec![(bound, 0.0)];
    for j in 0..cone.ny {
        let mut a: Vec<f64> = takes_part
            .iter()
            .map(|&g| cone.generators[g].by_y[j])
            .collect();
        a.push(0.0);
        block.push((a, 0.0));
    }
    program.second_order(block);
    match program.solve() {
        Outcome::Solved(_, value) => Some(value.max(0.0)),
        _ => None,
    }
}
