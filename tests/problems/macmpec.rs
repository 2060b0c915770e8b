//! Problems of MacMPEC, the collection of mathematical programs with equilibrium constraints.

use nlp_model::{AutoModel, Complementarity, Meta, Side};
use serde_json::Value;

use crate::formula::{FormulaModel, formula_model};

/// A problem of the collection as a minimization problem.
#[derive(Debug)]
pub struct MacMpec {
    /// Its name.
    pub name: String,
    /// The model; the objective of a maximization problem has the opposite sign.
    pub model: Complementarity<AutoModel<FormulaModel>>,
    /// 1 for a minimization problem, −1 for a maximization problem.
    pub sign: f64,
    /// The value to reach, in the sense of the original.
    pub reference: f64,
    /// The value that the collection publishes.
    pub published: Option<f64>,
}

/// All stored problems, in the order of the file.
///
/// # Panics
/// When the file does not hold what it should.
pub fn macmpec() -> Vec<MacMpec> {
    let data = crate::data("macmpec_small.json");
    let problems = data["problems"].as_array().expect("a list");
    problems.iter().map(problem).collect()
}

fn problem(entry: &Value) -> MacMpec {
    let name = text(&entry["name"]);
    let sign = if entry["sense"] == "max" { -1.0 } else { 1.0 };
    let of = &entry["formulas"];
    let variables = list(&of["variables"]);
    let names: Vec<String> = variables.iter().map(|v| text(&v["name"])).collect();
    let number = |list: &[Value], key: &str, absent: f64| -> Vec<f64> {
        let read = |v: &Value| v[key].as_f64().unwrap_or(absent);
        list.iter().map(read).collect()
    };
    let (lvar, uvar) = (
        number(variables, "lb", f64::NEG_INFINITY),
        number(variables, "ub", f64::INFINITY),
    );
    let constraints = list(&of["constraints"]);
    let mut rows: Vec<String> = constraints.iter().map(|c| text(&c["expr"])).collect();
    let mut lcon = number(constraints, "lb", f64::NEG_INFINITY);
    let mut ucon = number(constraints, "ub", f64::INFINITY);

    // Sides that are variables stay variables; the first side needs the bounds of the condition.
    let mut conditions = Vec::new();
    let mut row = |formula: String, l: f64, u: f64| {
        rows.push(formula);
        lcon.push(l);
        ucon.push(u);
        Side::Row(rows.len() - 1)
    };
    let variable = |formula: &str| names.iter().position(|name| name == formula);
    let has_bounds = |j: usize, l: f64, u: f64| (lvar[j], uvar[j]) == (l, u);
    for pair in list(&of["pairs"]) {
        let (mut g, mut h) = (text(&pair["G"]), text(&pair["H"]));
        if variable(&h).is_none() {
            std::mem::swap(&mut g, &mut h);
        }
        let s = match variable(&g) {
            Some(j) if has_bounds(j, 0.0, f64::INFINITY) => Side::Variable(j),
            _ => row(g, 0.0, f64::INFINITY),
        };
        let f = variable(&h).map_or_else(|| row(h, 0.0, f64::INFINITY), Side::Variable);
        conditions.push((s, f));
    }
    for mixed in list(&of["mixed"]) {
        let (x, f) = (text(&mixed["x"]), text(&mixed["F"]));
        let l = mixed["lb"].as_f64().unwrap_or(f64::NEG_INFINITY);
        let u = mixed["ub"].as_f64().unwrap_or(f64::INFINITY);
        let s = match variable(&x) {
            Some(j) if has_bounds(j, l, u) => Side::Variable(j),
            _ => row(x, l, u),
        };
        let f = variable(&f).map_or_else(|| row(f, 0.0, f64::INFINITY), Side::Variable);
        conditions.push((s, f));
    }

    let start: Vec<f64> = number(variables, "start", 0.0);
    let objective = text(&of["objective"]);
    let objective = match sign {
        1.0 => objective,
        _ => format!("-({objective})"),
    };
    let meta = Meta::new(&name, names.len(), rows.len())
        .start(&start)
        .and_then(|meta| meta.variable_bounds(&lvar, &uvar))
        .and_then(|meta| meta.constraint_bounds(&lcon, &ucon))
        .expect("bounds of the collection are consistent");
    let model = formula_model(meta, &names, &objective, &rows).expect("formulas can be read");
    MacMpec {
        model: Complementarity::new(model, &conditions).expect("conditions of the collection"),
        name,
        sign,
        reference: entry["reference"]["obj"].as_f64().expect("a number"),
        published: entry["best_macmpec"].as_f64(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::macmpec;
    use nlp_model::{Model, Mpcc};

    #[test]
    fn points_of_the_reference_data_are_feasible_and_have_their_values() {
        let data = crate::data("macmpec_small.json");
        let problems = macmpec();
        assert_eq!(problems.len(), 63);
        for (entry, problem) in data["problems"].as_array().unwrap().iter().zip(&problems) {
            let (best, model) = (&entry["best_found_here"], &problem.model);
            let mut x: Vec<f64> = best["x"].as_array().map_or(Vec::new(), |x| {
                x.iter().map(|v| v.as_f64().unwrap()).collect()
            });
            if x.is_empty() {
                continue;
            }
            x.resize(model.meta().nvar(), 0.0);
            let value = problem.sign * model.obj(&x);
            let stored = best["obj"].as_f64().unwrap();
            assert!(
                (value - stored).abs() <= 1e-6 * (1.0 + stored.abs()),
                "{}: {value} {stored}",
                problem.name
            );
            if model.meta().nvar() > model.original().meta().nvar() {
                continue;
            }
            let mut c = vec![0.0; model.meta().ncon()];
            model.cons(&x, &mut c);
            for &(i, j) in model.pairs() {
                let residual = c[i].min(c[j]).abs();
                assert!(residual < 1e-3, "{}: {residual}", problem.name);
            }
        }
    }
}
