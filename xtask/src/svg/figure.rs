//! A figure: a title, a legend and panels on a grid.

use super::canvas::{Anchor, Canvas, Font, Stroke};
use super::palette;
use super::panel::Panel;

/// How a series looks in the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A full line.
    Line,
    /// A dashed line.
    Dashes,
    /// A disc.
    Disc,
    /// A ring.
    Ring,
}

/// An entry of the legend.
#[derive(Clone, Debug)]
pub struct Key {
    /// What the series is.
    pub label: String,
    /// Its colour.
    pub color: &'static str,
    /// Its look.
    pub symbol: Symbol,
}

impl Key {
    /// An entry.
    pub fn new(label: &str, color: &'static str, symbol: Symbol) -> Self {
        Key {
            label: label.to_string(),
            color,
            symbol,
        }
    }

    /// Draws the symbol between x = `left` and `left` + 24 at the height of the legend.
    fn draw(&self, canvas: &mut Canvas, left: f64) {
        let (from, to, middle) = ((left, 46.0), (left + 24.0, 46.0), (left + 12.0, 46.0));
        let stroke = Stroke {
            color: self.color,
            width: 2.4,
            dashed: self.symbol == Symbol::Dashes,
        };
        match self.symbol {
            Symbol::Line | Symbol::Dashes => canvas.segment(from, to, stroke),
            Symbol::Disc => canvas.disc(middle, 3.4, self.color),
            Symbol::Ring => canvas.ring(middle, 4.6, Stroke::full(self.color, 1.6), 1.0),
        }
    }
}

/// A figure.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What the figure shows.
    pub title: String,
    /// Legend of all panels, in one row under the title.
    pub keys: Vec<Key>,
    /// Panels in a row.
    pub columns: usize,
    /// Width and height of a panel, px.
    pub size: (f64, f64),
    /// Panels, row by row.
    pub panels: Vec<Panel>,
}

const MARGIN: f64 = 14.0;
const GAP: f64 = 14.0;

impl Figure {
    /// The figure as an SVG document.
    pub fn render(&self) -> String {
        let columns = self.columns.min(self.panels.len()).max(1);
        let rows = self.panels.len().div_ceil(columns);
        let (width, height) = self.size;
        let header = if self.keys.is_empty() { 40.0 } else { 62.0 };
        let total = |count: usize, size: f64| {
            count as f64 * size + count.saturating_sub(1) as f64 * GAP + 2.0 * MARGIN
        };
        let sheet = (total(columns, width), total(rows, height) + header - MARGIN);
        let mut canvas = Canvas::new(sheet.0, sheet.1);
        let title = Font {
            size: palette::TITLE,
            color: palette::INK,
            anchor: Anchor::Start,
            bold: true,
        };
        canvas.text((MARGIN + 6.0, 27.0), &self.title, title);
        self.draw_keys(&mut canvas, title);
        for (k, panel) in self.panels.iter().enumerate() {
            let left = MARGIN + (k % columns) as f64 * (width + GAP);
            let top = header + (k / columns) as f64 * (height + GAP);
            panel.draw(&mut canvas, [left, top, width, height]);
        }
        canvas.finish()
    }

    fn draw_keys(&self, canvas: &mut Canvas, title: Font) {
        let font = Font {
            size: palette::LABEL,
            bold: false,
            ..title
        };
        let mut left = MARGIN + 6.0;
        for key in &self.keys {
            key.draw(canvas, left);
            canvas.text((left + 31.0, 50.0), &key.label, font);
            left += 31.0 + palette::text_width(&key.label, palette::LABEL) + 22.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::svg::{Axis, Mark};

    #[test]
    fn a_figure_of_three_panels_in_two_columns_has_two_rows() {
        let panel = Panel {
            title: "F".into(),
            x: Axis::linear("x", 0.0, 1.0),
            y: Axis::linear("y", 0.0, 1.0),
            marks: vec![Mark::Line {
                points: vec![(0.0, 0.0), (1.0, 1.0)],
                color: palette::BLUE,
                dashed: false,
            }],
        };
        let figure = Figure {
            title: "Three".into(),
            keys: vec![Key::new("ours", palette::BLUE, Symbol::Line)],
            columns: 2,
            size: (300.0, 200.0),
            panels: vec![panel.clone(), panel.clone(), panel],
        };
        let document = figure.render();
        assert!(
            document.contains("viewBox=\"0 0 642 490\""),
            "{document:.200}"
        );
        assert_eq!(document.matches("<polyline").count(), 3);
    }
}
