//! Which passes give a matrix, and where its entries are found in them.

use linalg::Pattern;

use crate::colouring::{Colouring, columns, star};

/// Directions in one pass: a value and three derivatives are four words, and three colours are what
/// the commonest band, the tridiagonal one, needs.
pub(crate) const LANES: usize = 3;

/// A matrix as products with 0-1 vectors, [`LANES`] of them in a pass.
#[derive(Debug)]
pub(crate) struct Compression {
    colours: Colouring,
    /// The entries that each pass gives.
    passes: Vec<Vec<Reading>>,
}

/// Where an entry is found in the products of a pass.
#[derive(Clone, Copy, Debug)]
struct Reading {
    entry: u32,
    /// Row times [`LANES`] plus lane.
    place: u32,
}

impl Compression {
    /// Of a rectangular matrix, as far as its entries vary.
    pub fn of_columns(pattern: &Pattern, varies: &[bool]) -> Self {
        let colours = columns(pattern, varies);
        let reading: Vec<(usize, usize)> = pattern
            .iter()
            .map(|(i, j)| (i, colours.of[j].unwrap_or(0)))
            .collect();
        let varying = (0..pattern.nnz()).filter(|&k| varies[k]);
        Compression::new(colours, reading, varying)
    }

    /// Of a symmetric matrix given by its lower triangle.
    pub fn of_symmetric(pattern: &Pattern) -> Self {
        let star = star(pattern);
        Compression::new(star.colours, star.reading, 0..pattern.nnz())
    }

    fn new(
        colours: Colouring,
        reading: Vec<(usize, usize)>,
        entries: impl Iterator<Item = usize>,
    ) -> Self {
        let mut passes = vec![Vec::new(); colours.count.div_ceil(LANES)];
        let narrow = |k: usize| u32::try_from(k).expect("fewer than 2³² entries and products");
        for k in entries {
            let (row, colour) = reading[k];
            passes[colour / LANES].push(Reading {
                entry: narrow(k),
                place: narrow(row * LANES + colour % LANES),
            });
        }
        Compression { colours, passes }
    }

    /// Number of columns or variables.
    pub fn vertices(&self) -> usize {
        self.colours.of.len()
    }

    /// Number of 0-1 vectors.
    pub fn colours(&self) -> usize {
        self.colours.count
    }

    /// Number of passes.
    pub fn passes(&self) -> usize {
        self.passes.len()
    }

    /// The lane of variable `j` in a pass.
    pub fn lane(&self, pass: usize, j: usize) -> Option<usize> {
        let lane = self.colours.of[j]?.checked_sub(pass * LANES)?;
        (lane < LANES).then_some(lane)
    }

    /// Hands each entry of a pass with its row and lane to `take`.
    pub fn read(&self, pass: usize, mut take: impl FnMut(usize, usize, usize)) {
        for reading in &self.passes[pass] {
            let place = reading.place as usize;
            take(reading.entry as usize, place / LANES, place % LANES);
        }
    }
}
