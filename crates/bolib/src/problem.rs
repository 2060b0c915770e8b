//! What is known about one problem of the library.

use std::fmt;

use nlp_model::Bilevel;

use crate::reference::{Evidence, Reference};

/// A point of the stacked space, given as (x, y).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Upper-level variables.
    pub x: &'static [f64],
    /// Lower-level variables.
    pub y: &'static [f64],
}

impl Point {
    /// The stacked variable z = (x, y).
    pub fn stacked(&self) -> Vec<f64> {
        [self.x, self.y].concat()
    }
}

/// The point (x, y).
pub(crate) const fn at(x: &'static [f64], y: &'static [f64]) -> Point {
    Point { x, y }
}

/// A bilevel program with its sizes, starts and reference values.
///
/// min F(x, y)  s.t.  G(x, y) ≤ 0,  y ∈ argmin_y { f(x, y) : g(x, y) ≤ 0 }; the bounds of the
/// variables are rows of G and g, and no problem has equality rows.
#[derive(Clone, Copy)]
pub struct Problem {
    /// Name in BOLIB: authors, year, example.
    pub name: &'static str,
    /// Other names of the same problem in the literature.
    pub aliases: &'static [&'static str],
    /// Line in Table 1 of the published results, from 1 to 124.
    pub number: usize,
    /// Where the problem comes from.
    pub source: &'static str,
    /// Number of upper-level variables.
    pub nx: usize,
    /// Number of lower-level variables.
    pub ny: usize,
    /// Number of rows G.
    pub upper_rows: usize,
    /// Number of rows g.
    pub lower_rows: usize,
    /// The published starts, one or two; many are infeasible.
    pub starts: &'static [Point],
    /// What a solver should find.
    pub reference: Reference,
    /// f(x, ·) and g(x, ·) are convex on the lower feasible set for fixed x (checked by sampling).
    pub lower_convex: bool,
    /// The published tables list the lower level as convex.
    pub lower_convex_published: bool,
    /// All functions are twice continuously differentiable on their domain.
    pub smooth: bool,
    /// Remarks; empty when there is nothing to say.
    pub comment: &'static str,
    model: fn() -> Box<dyn Bilevel + Send + Sync>,
}

impl Problem {
    /// The model, with exact derivatives. Costs a few evaluations, to find the sparsity.
    pub fn build(&self) -> Box<dyn Bilevel + Send + Sync> {
        (self.model)()
    }

    /// Number of variables nx + ny.
    pub fn variables(&self) -> usize {
        self.nx + self.ny
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("name", &self.name)
            .field("number", &self.number)
            .field("nx", &self.nx)
            .field("ny", &self.ny)
            .field("upper_rows", &self.upper_rows)
            .field("lower_rows", &self.lower_rows)
            .field("reference", &self.reference)
            .finish_non_exhaustive()
    }
}

/// Starts the description of a problem stated with `nlp_model::bilevel!`.
macro_rules! problem {
    ($name:ident, $number:expr, $source:expr) => {
        $crate::problem::Problem::new(stringify!($name), $number, $source, || {
            Box::new(nlp_model::AutoBilevel::new(stringify!($name), $name))
        })
    };
}
pub(crate) use problem;

/// The words in which the catalogue describes its problems.
impl Problem {
    pub(crate) const fn new(
        name: &'static str,
        number: usize,
        source: &'static str,
        model: fn() -> Box<dyn Bilevel + Send + Sync>,
    ) -> Self {
        Problem {
            name,
            aliases: &[],
            number,
            source,
            nx: 0,
            ny: 0,
            upper_rows: 0,
            lower_rows: 0,
            starts: &[],
            reference: Reference::UNKNOWN,
            lower_convex: false,
            lower_convex_published: false,
            smooth: true,
            comment: "",
            model,
        }
    }

    pub(crate) const fn size(mut self, nx: usize, ny: usize, upper: usize, lower: usize) -> Self {
        (self.nx, self.ny) = (nx, ny);
        (self.upper_rows, self.lower_rows) = (upper, lower);
        self
    }

    pub(crate) const fn starts(mut self, starts: &'static [Point]) -> Self {
        self.starts = starts;
        self
    }

    pub(crate) const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// The lower level is convex, and is published as such.
    pub(crate) const fn convex(self) -> Self {
        self.convexity(true, true)
    }

    pub(crate) const fn convexity(mut self, found: bool, published: bool) -> Self {
        self.lower_convex = found;
        self.lower_convex_published = published;
        self
    }

    /// Some function has a kink.
    pub(crate) const fn kinked(mut self) -> Self {
        self.smooth = false;
        self
    }

    /// The value that the published tables give as known.
    pub(crate) const fn published(mut self, value: f64) -> Self {
        self.reference.published = Some(value);
        self
    }

    /// A better point than that of the literature is known.
    pub(crate) const fn disputed(mut self) -> Self {
        self.reference.disputed = true;
        self
    }

    pub(crate) const fn optimal(self, upper: f64, lower: f64) -> Self {
        self.reference(Evidence::Optimal, upper, lower)
    }

    pub(crate) const fn best_known(self, upper: f64, lower: f64) -> Self {
        self.reference(Evidence::BestKnown, upper, lower)
    }

    pub(crate) const fn checked(self, upper: f64, lower: f64) -> Self {
        self.reference(Evidence::Checked, upper, lower)
    }

    const fn reference(mut self, evidence: Evidence, upper: f64, lower: f64) -> Self {
        self.reference.evidence = evidence;
        self.reference.value = Some(upper);
        self.reference.lower_value = Some(lower);
        self
    }

    pub(crate) const fn unsolvable(mut self, evidence: Evidence) -> Self {
        self.reference.evidence = evidence;
        self
    }

    pub(crate) const fn point(mut self, x: &'static [f64], y: &'static [f64]) -> Self {
        self.reference.point = Some(at(x, y));
        self
    }

    pub(crate) const fn comment(mut self, comment: &'static str) -> Self {
        self.comment = comment;
        self
    }
}
