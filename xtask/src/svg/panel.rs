//! One pair of axes with its series.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Font, Stroke};
use super::marks::{Area, Mark};
use super::palette;

/// A pair of axes with a title and series.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Title above the axes.
    pub title: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// Series, the first drawn first.
    pub marks: Vec<Mark>,
}

const TOP: f64 = 28.0;
const BOTTOM: f64 = 48.0;
const RIGHT: f64 = 14.0;

impl Panel {
    /// Draws the panel into the rectangle `[left, top, width, height]`, axes and labels included.
    pub fn draw(&self, canvas: &mut Canvas, [left, top, width, height]: [f64; 4]) {
        let rows = self.y.ticks((height / 60.0).max(2.0) as usize);
        let widest = rows
            .iter()
            .map(|t| palette::text_width(&t.label, palette::TICK))
            .fold(0.0, f64::max);
        let margin = widest + 36.0;
        let area = Area {
            left: left + margin,
            top: top + TOP,
            width: width - margin - RIGHT,
            height: height - TOP - BOTTOM,
        };
        let columns = self.x.ticks((area.width / 70.0).max(2.0) as usize);
        self.draw_fine_grid(canvas, area);
        for tick in &rows {
            let y = area.top + area.height * (1.0 - self.y.position(tick.value));
            canvas.segment(
                (area.left, y),
                (area.left + area.width, y),
                Stroke::full(palette::GRID, 1.0),
            );
            let font = tick_font(Anchor::End);
            canvas.text((area.left - 7.0, y + 3.8), &tick.label, font);
        }
        for tick in &columns {
            let x = area.left + area.width * self.x.position(tick.value);
            canvas.segment(
                (x, area.top),
                (x, area.top + area.height),
                Stroke::full(palette::GRID, 1.0),
            );
            let below = area.top + area.height + 16.0;
            canvas.text((x, below), &tick.label, tick_font(Anchor::Middle));
        }
        let frame = [area.left, area.top, area.width, area.height];
        let rim = Stroke::full(palette::FRAME, 1.0);
        for mark in &self.marks {
            mark.draw(canvas, area, &self.x, &self.y);
        }
        canvas.rectangle(frame, "none", Some(rim), 1.0);
        self.draw_labels(canvas, area, left);
    }

    fn draw_fine_grid(&self, canvas: &mut Canvas, area: Area) {
        let stroke = Stroke::full(palette::FINE_GRID, 1.0);
        for value in self.x.fine_grid() {
            let x = area.left + area.width * self.x.position(value);
            canvas.segment((x, area.top), (x, area.top + area.height), stroke);
        }
        for value in self.y.fine_grid() {
            let y = area.top + area.height * (1.0 - self.y.position(value));
            canvas.segment((area.left, y), (area.left + area.width, y), stroke);
        }
    }

    fn draw_labels(&self, canvas: &mut Canvas, area: Area, left: f64) {
        let label = Font {
            size: palette::LABEL,
            color: palette::INK,
            anchor: Anchor::Middle,
            bold: false,
        };
        let middle = area.left + 0.5 * area.width;
        let below = area.top + area.height + 38.0;
        canvas.text((middle, below), self.x.label(), label);
        let beside = (left + 14.0, area.top + 0.5 * area.height);
        canvas.text_upward(beside, self.y.label(), label);
        let title = Font {
            size: palette::PANEL_TITLE,
            bold: true,
            anchor: Anchor::Start,
            ..label
        };
        canvas.text((area.left, area.top - 10.0), &self.title, title);
    }
}

fn tick_font(anchor: Anchor) -> Font {
    Font {
        size: palette::TICK,
        color: palette::SOFT_INK,
        anchor,
        bold: false,
    }
}
