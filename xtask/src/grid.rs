//! A table of texts, for the terminal and for Markdown.

use comfy_table::{CellAlignment, Table, presets};

/// A header and rows of the same length; the first `names` columns are words, the others numbers.
#[derive(Clone, Debug)]
pub struct Grid {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    names: usize,
}

impl Grid {
    /// An empty table.
    pub fn new<S: Into<String>>(names: usize, header: impl IntoIterator<Item = S>) -> Self {
        Grid {
            header: header.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
            names,
        }
    }

    /// Adds a row.
    pub fn push(&mut self, row: Vec<String>) {
        debug_assert_eq!(row.len(), self.header.len(), "cells of a row");
        self.rows.push(row);
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Aligned columns, one blank between them.
    pub fn terminal(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(self.header.clone());
        table.add_rows(self.rows.clone());
        for k in 0..self.header.len() {
            if let Some(column) = table.column_mut(k) {
                column.set_padding((0, 1));
                column.set_cell_alignment(self.alignment(k));
            }
        }
        table.trim_fmt()
    }

    /// A Markdown table.
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells
                .iter()
                .map(|c| c.replace('|', "\\|").replace('\n', " "))
                .collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let rule = (0..self.header.len()).map(|k| match self.alignment(k) {
            CellAlignment::Right => "---:".to_string(),
            _ => "---".to_string(),
        });
        let mut text = line(&self.header);
        text.push_str(&line(&rule.collect::<Vec<_>>()));
        for row in &self.rows {
            text.push_str(&line(row));
        }
        text
    }

    fn alignment(&self, column: usize) -> CellAlignment {
        if column < self.names {
            CellAlignment::Left
        } else {
            CellAlignment::Right
        }
    }
}

/// F as in the paper: two decimals, or a power of ten when that is too long.
pub fn value(f: f64) -> String {
    if f.abs() >= 1e6 {
        format!("{f:.1e}")
    } else if f.is_nan() {
        "NaN".into()
    } else {
        let text = format!("{f:.2}");
        if text == "-0.00" { "0.00".into() } else { text }
    }
}

/// A small number: `2.1e-9`.
pub fn small(r: f64) -> String {
    if r == 0.0 {
        "0".into()
    } else {
        format!("{r:.1e}")
    }
}

/// A share in percent with one decimal.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// `value` when there is one, else a dash.
pub fn or_dash<T>(value: Option<T>, write: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "–".into(), write)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_reads_well_on_a_terminal_and_in_markdown() {
        let mut grid = Grid::new(1, ["name", "F"]);
        grid.push(vec!["Vogel|2012".into(), "1.00".into()]);
        grid.push(vec!["A".into(), "-12.50".into()]);
        let terminal = grid.terminal();
        let lines: Vec<&str> = terminal.lines().collect();
        assert_eq!(lines[1], "Vogel|2012   1.00");
        assert_eq!(lines[2], "A          -12.50");
        let markdown = grid.markdown();
        assert!(
            markdown.contains("| --- | ---: |\n| Vogel\\|2012 | 1.00 |"),
            "{markdown}"
        );
    }

    #[test]
    fn numbers_are_written_as_in_the_paper() {
        assert_eq!(value(-0.001), "0.00");
        assert_eq!(value(-6600.0), "-6600.00");
        assert_eq!(value(1.0e10), "1.0e10");
        assert_eq!(small(2.08e-7), "2.1e-7");
        assert_eq!(percent(0.7305), "73.0 %");
    }
}
