//! A figure: a title, a legend and panels on a grid.

use super::canvas::{Anchor, Canvas, Font, Stroke};
use super::palette;
use super::panel::Panel;

/// An entry of the legend.
#[derive(Clone, Debug)]
pub struct Key {
    /// What the series is.
    pub label: String,
    /// Its colour.
    pub color: &'static str,
    /// Whether it is a dashed line.
    pub dashed: bool,
}

impl Key {
    /// A full line.
    pub fn full(label: &str, color: &'static str) -> Self {
        Key {
            label: label.to_string(),
            color,
            dashed: false,
        }
    }

    /// A dashed line.
    pub fn dashed(label: &str, color: &'static str) -> Self {
        Key {
            dashed: true,
            ..Key::full(label, color)
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
            let stroke = Stroke {
                color: key.color,
                width: 2.4,
                dashed: key.dashed,
            };
            canvas.segment((left, 46.0), (left + 24.0, 46.0), stroke);
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
            keys: vec![Key::full("ours", palette::BLUE)],
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
