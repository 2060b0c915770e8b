//! Colours of columns and of variables, so that one pass serves all of the same colour.
//!
//! # Problem
//! A product J d costs one pass, whatever d is. With d the sum of the unit vectors of a set of columns
//! in which no two meet in a row, the product holds all entries of these columns. For a symmetric
//! matrix less is needed: that of each entry and its mirror image one can be read.
//!
//! # Algorithm
//! Greedy: vertices one after the other, each gets the smallest colour that nothing forbids; those
//! with most neighbours come first, equal ones in their natural order, which is best for bands.
//! * [`columns`]: columns that share a row differ (a distance-2 colouring of the bipartite graph).
//! * [`star`]: adjacent variables differ, and every path of four variables has three colours; then each
//!   two colours induce stars, and each entry is read directly, without substitution
//!   ([`Star::reading`]), so that errors do not travel from entry to entry. The stars of the variables
//!   coloured so far are kept, so that a path is found at its third variable.
//!
//! # Cost
//! Both look at the neighbours of neighbours only: O(Σ deg²).
//!
//! # References
//! (GebremedhinMannePothen2005) for both kinds, (GebremedhinTarafdarMannePothen2007) for the stars.

use linalg::Pattern;

use crate::lists::Lists;

const NONE: usize = usize::MAX;

/// A colour for each vertex, from 0.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Colouring {
    /// The colour of each vertex; `None` of a column that needs no pass.
    pub of: Vec<Option<usize>>,
    /// The number of colours.
    pub count: usize,
}

/// Colours the columns that hold an entry which `varies`, so that in no row such an entry meets
/// another entry of a column with the same colour.
///
/// Entries that are constant take part because they enter the product as well.
pub(crate) fn columns(pattern: &Pattern, varies: &[bool]) -> Colouring {
    let entries = || pattern.iter().zip(varies);
    let mut takes_part = vec![false; pattern.ncols()];
    for ((_, j), &varies) in entries() {
        takes_part[j] |= varies;
    }
    let active = || entries().filter(|((_, j), _)| takes_part[*j]);
    let varying = || active().filter(|(_, varies)| **varies).map(|(at, _)| at);
    let constant = || active().filter(|(_, varies)| !**varies).map(|(at, _)| at);
    let (nrows, ncols) = (pattern.nrows(), pattern.ncols());
    let by_row = [Lists::new(nrows, varying()), Lists::new(nrows, constant())];
    let by_column = [
        Lists::new(ncols, varying().map(|(i, j)| (j, i))),
        Lists::new(ncols, constant().map(|(i, j)| (j, i))),
    ];
    let mut of = vec![None; ncols];
    let mut count = 0;
    let mut forbidden_for = Vec::new();
    for j in by_column[0].longest_first() {
        if !takes_part[j] {
            continue;
        }
        let mut forbid = |rows: &Lists, i: usize| {
            for &k in rows.get(i) {
                if let Some(colour) = of[k] {
                    forbidden_for[colour] = j;
                }
            }
        };
        for &i in by_column[0].get(j) {
            forbid(&by_row[0], i);
            forbid(&by_row[1], i);
        }
        for &i in by_column[1].get(j) {
            forbid(&by_row[0], i);
        }
        of[j] = Some(first_allowed(j, &mut forbidden_for, &mut count));
    }
    Colouring { of, count }
}

/// The smallest colour that is not forbidden for `vertex`, a new one when all are.
fn first_allowed(vertex: usize, forbidden_for: &mut Vec<usize>, count: &mut usize) -> usize {
    let colour = forbidden_for
        .iter()
        .position(|&v| v != vertex)
        .unwrap_or(forbidden_for.len());
    if colour == forbidden_for.len() {
        forbidden_for.push(NONE);
        *count += 1;
    }
    colour
}

/// A star colouring of the variables of a symmetric matrix.
#[derive(Clone, Debug)]
pub(crate) struct Star {
    pub colours: Colouring,
    /// For each entry (row, colour): the product of the matrix with the sum of the unit vectors of
    /// this colour holds the entry in this row.
    pub reading: Vec<(usize, usize)>,
}

/// Colours the variables of the symmetric matrix whose lower triangle is `pattern`, without duplicates.
pub(crate) fn star(pattern: &Pattern) -> Star {
    debug_assert!(pattern.is_lower_triangle());
    let n = pattern.nrows();
    let edges = || pattern.iter().enumerate().filter(|(_, (i, j))| i != j);
    let ends = || edges().flat_map(|(k, (i, j))| [(i, k), (j, k)]);
    let graph = Graph {
        incident: Lists::new(n, ends()),
        pattern,
    };
    let mut in_use = vec![false; n];
    for (i, j) in pattern.iter() {
        (in_use[i], in_use[j]) = (true, true);
    }
    let mut stars = Stars::new(n, pattern.nnz());
    for v in graph.incident.longest_first() {
        if in_use[v] {
            stars.colour(v, &graph);
        }
    }
    let colours = Colouring {
        of: stars.colours,
        count: stars.count,
    };
    let reading = graph.readings(&colours);
    Star { colours, reading }
}

/// Variables as vertices, entries off the diagonal as edges.
struct Graph<'a> {
    /// The edges at each vertex, as numbers of entries.
    incident: Lists,
    pattern: &'a Pattern,
}

impl Graph<'_> {
    /// The neighbours of `v` with the edges that lead there.
    fn neighbours(&self, v: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let (rows, cols) = (self.pattern.rows(), self.pattern.cols());
        let edges = self.incident.get(v).iter();
        edges.map(move |&k| (rows[k] + cols[k] - v, k))
    }

    /// An entry (i, j) is read in row i when j is the only neighbour of i with its colour; otherwise i is
    /// the hub of their star, and j has no other neighbour with the colour of i.
    fn readings(&self, colours: &Colouring) -> Vec<(usize, usize)> {
        let colour = |v: usize| colours.of[v].expect("a vertex of an entry has a colour");
        let mut reading = vec![(NONE, NONE); self.pattern.nnz()];
        let mut met = vec![0; colours.count];
        for i in 0..self.pattern.nrows() {
            for (j, _) in self.neighbours(i) {
                met[colour(j)] += 1;
            }
            for (j, k) in self.neighbours(i) {
                if met[colour(j)] == 1 {
                    reading[k] = (i, colour(j));
                }
            }
            for (j, _) in self.neighbours(i) {
                met[colour(j)] = 0;
            }
        }
        for (k, (i, j)) in self.pattern.iter().enumerate() {
            if i == j {
                reading[k] = (i, colour(i));
            }
        }
        debug_assert!(reading.iter().all(|&(row, _)| row != NONE));
        reading
    }
}

/// The state of the greedy star colouring: colours so far, and the two-coloured stars they induce.
struct Stars {
    colours: Vec<Option<usize>>,
    count: usize,
    /// The vertex for which each colour is forbidden.
    forbidden_for: Vec<usize>,
    /// For each colour, the vertex for which it was met last, its first neighbour there, and the edge.
    first: Vec<(usize, usize, usize)>,
    /// The vertex for which the colours around each vertex have been forbidden.
    treated_for: Vec<usize>,
    /// The star of each edge.
    star: Vec<usize>,
    /// The centre of each star of two edges or more.
    hub: Vec<usize>,
}

impl Stars {
    fn new(vertices: usize, edges: usize) -> Self {
        Stars {
            colours: vec![None; vertices],
            count: 0,
            forbidden_for: Vec::new(),
            first: Vec::new(),
            treated_for: vec![NONE; vertices],
            star: vec![NONE; edges],
            hub: Vec::new(),
        }
    }

    fn colour(&mut self, v: usize, graph: &Graph) {
        for (w, edge) in graph.neighbours(v) {
            let Some(colour) = self.colours[w] else {
                continue;
            };
            self.forbidden_for[colour] = v;
            let (met_for, first, _) = self.first[colour];
            if met_for == v {
                // v becomes the centre between its two neighbours: no third edge may leave them
                self.forbid_around(first, v, graph);
                self.forbid_around(w, v, graph);
            } else {
                self.first[colour] = (v, w, edge);
                for (x, edge) in graph.neighbours(w) {
                    if let Some(other) = self.colours[x]
                        && self.hub[self.star[edge]] == x
                    {
                        self.forbidden_for[other] = v;
                    }
                }
            }
        }
        let colour = first_allowed(v, &mut self.forbidden_for, &mut self.count);
        self.first.resize(self.count, (NONE, NONE, NONE));
        self.colours[v] = Some(colour);
        self.join_stars(v, graph);
    }

    fn forbid_around(&mut self, w: usize, v: usize, graph: &Graph) {
        if self.treated_for[w] != v {
            self.treated_for[w] = v;
            for (x, _) in graph.neighbours(w) {
                if let Some(colour) = self.colours[x] {
                    self.forbidden_for[colour] = v;
                }
            }
        }
    }

    /// Enters the edges between `v` and coloured neighbours into stars.
    fn join_stars(&mut self, v: usize, graph: &Graph) {
        for (w, edge) in graph.neighbours(v) {
            let Some(colour) = self.colours[w] else {
                continue;
            };
            let same = |x: usize| x != v && self.colours[x] == self.colours[v];
            let centred_at_w = graph.neighbours(w).find(|&(x, _)| same(x));
            let (_, first, first_edge) = self.first[colour];
            self.star[edge] = if let Some((_, other)) = centred_at_w {
                self.hub[self.star[other]] = w;
                self.star[other]
            } else if first != w {
                self.hub[self.star[first_edge]] = v;
                self.star[first_edge]
            } else {
                self.hub.push(NONE);
                self.hub.len() - 1
            };
        }
    }
}

#[cfg(test)]
mod tests;
