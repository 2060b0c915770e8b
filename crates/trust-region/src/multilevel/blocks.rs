//! Partitions of the rows of a model into blocks.

use linalg::Pattern;

use crate::TrustRegionError;

/// Rows 0, …, m − 1 in an ordered partition: the first block is satisfied first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocks {
    blocks: Vec<Vec<usize>>,
}

impl Blocks {
    /// The blocks of a user, for a model with `rows` rows; empty blocks are dropped.
    ///
    /// # Errors
    /// [`TrustRegionError::Partition`] when a row stands in no block or in several, or does not exist.
    pub fn new(rows: usize, blocks: Vec<Vec<usize>>) -> Result<Self, TrustRegionError> {
        let mut counts = vec![0; rows];
        for &row in blocks.iter().flatten() {
            match counts.get_mut(row) {
                Some(count) => *count += 1,
                None => return Err(TrustRegionError::Partition { row, count: 0 }),
            }
        }
        if let Some((row, &count)) = counts.iter().enumerate().find(|(_, c)| **c != 1) {
            return Err(TrustRegionError::Partition { row, count });
        }
        let blocks = blocks.into_iter().filter(|b| !b.is_empty()).collect();
        Ok(Blocks { blocks })
    }

    /// All rows together: the composite step of sequential quadratic programming.
    #[must_use]
    pub fn one(rows: usize) -> Self {
        let all: Vec<usize> = (0..rows).collect();
        let blocks = if rows > 0 { vec![all] } else { Vec::new() };
        Blocks { blocks }
    }

    /// Each row alone: the order of elimination of (Brown1969).
    #[must_use]
    pub fn each(rows: usize) -> Self {
        Blocks {
            blocks: (0..rows).map(|row| vec![row]).collect(),
        }
    }

    /// Rows that share a variable, directly or through other rows, stand in one block: the finest
    /// partition whose blocks do not disturb each other. In the order of their first rows.
    #[must_use]
    pub fn independent(jacobian: &Pattern) -> Self {
        let mut parent: Vec<usize> = (0..jacobian.nrows()).collect();
        let mut first_of_column = vec![None; jacobian.ncols()];
        for (row, col) in jacobian.iter() {
            let other = *first_of_column[col].get_or_insert(row);
            let (a, b) = (root(&mut parent, row), root(&mut parent, other));
            parent[a.max(b)] = a.min(b);
        }
        let mut blocks: Vec<Vec<usize>> = vec![Vec::new(); jacobian.nrows()];
        for row in 0..jacobian.nrows() {
            let place = root(&mut parent, row);
            blocks[place].push(row);
        }
        blocks.retain(|block| !block.is_empty());
        Blocks { blocks }
    }

    /// Number of blocks.
    #[must_use]
    pub fn len(&self) -> usize {
        self.blocks.len()
    }
    /// True when there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.blocks.iter().map(Vec::len).sum()
    }
    /// The blocks, each with its rows.
    pub fn iter(&self) -> impl Iterator<Item = &[usize]> {
        self.blocks.iter().map(Vec::as_slice)
    }
}

/// The smallest row of the tree in which `row` stands; shortens the way to it.
fn root(parent: &mut [usize], mut row: usize) -> usize {
    while parent[row] != row {
        parent[row] = parent[parent[row]];
        row = parent[row];
    }
    row
}

#[cfg(test)]
mod tests {
    use super::Blocks;
    use crate::TrustRegionError;
    use linalg::Pattern;

    #[test]
    fn rows_stand_in_exactly_one_block() {
        let blocks = Blocks::new(3, vec![vec![2], vec![], vec![0, 1]]).expect("a partition");
        assert_eq!((blocks.len(), blocks.rows()), (2, 3));
        assert_eq!(
            Blocks::new(2, vec![vec![0, 0]]),
            Err(TrustRegionError::Partition { row: 0, count: 2 })
        );
        assert_eq!(
            Blocks::new(2, vec![vec![1]]),
            Err(TrustRegionError::Partition { row: 0, count: 0 })
        );
        assert!(Blocks::new(1, vec![vec![0, 5]]).is_err());
    }

    #[test]
    fn rows_that_share_variables_stay_together() {
        // rows 0 and 2 share x₀, rows 1 and 3 share x₂, row 4 is constant
        let entries = [(0, 0), (1, 2), (2, 0), (2, 1), (3, 2)];
        let pattern = Pattern::from_entries(5, 3, entries).expect("in range");
        let blocks = Blocks::independent(&pattern);
        let found: Vec<&[usize]> = blocks.iter().collect();
        assert_eq!(found, [&[0, 2][..], &[1, 3], &[4]]);
    }
}
