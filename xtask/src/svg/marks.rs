//! What is drawn inside a panel.

use super::axis::Axis;
use super::boxes::BoxStatistics;
use super::canvas::{Canvas, Stroke};
use super::palette;

/// One series; coordinates in the units of the axes, points that are not numbers are left out.
#[derive(Clone, Debug)]
pub enum Mark {
    /// A line through the points.
    Line {
        points: Vec<(f64, f64)>,
        color: &'static str,
        dashed: bool,
    },
    /// A curve that is constant between its points and jumps at them.
    Steps {
        points: Vec<(f64, f64)>,
        color: &'static str,
    },
    /// Discs at the points.
    Points {
        points: Vec<(f64, f64)>,
        color: &'static str,
    },
    /// Rings at the points, wide enough to show around discs.
    Rings {
        points: Vec<(f64, f64)>,
        color: &'static str,
    },
    /// A box plot around `at` on the x axis, `width` wide.
    Box {
        at: f64,
        width: f64,
        statistics: BoxStatistics,
        color: &'static str,
    },
}

/// The rectangle in which a panel draws.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Area {
    /// Position on the canvas of a point in the units of the axes.
    pub fn place(&self, x: &Axis, y: &Axis, point: (f64, f64)) -> (f64, f64) {
        (
            self.left + self.width * x.position(point.0),
            self.top + self.height * (1.0 - y.position(point.1)),
        )
    }
}

impl Mark {
    /// Draws the series in `area`.
    pub fn draw(&self, canvas: &mut Canvas, area: Area, x: &Axis, y: &Axis) {
        let place = |points: &[(f64, f64)]| -> Vec<(f64, f64)> {
            points
                .iter()
                .filter(|(a, b)| a.is_finite() && b.is_finite())
                .map(|p| area.place(x, y, *p))
                .collect()
        };
        match self {
            Mark::Line {
                points,
                color,
                dashed,
            } => {
                let width = if *dashed { 1.3 } else { 1.8 };
                let stroke = Stroke {
                    color,
                    width,
                    dashed: *dashed,
                };
                canvas.polyline(&place(points), stroke);
            }
            Mark::Steps { points, color } => {
                canvas.polyline(&stairs(&place(points)), Stroke::full(color, 1.8));
            }
            Mark::Points { points, color } => {
                for point in place(points) {
                    canvas.disc(point, 2.6, color);
                }
            }
            Mark::Rings { points, color } => {
                for point in place(points) {
                    canvas.ring(point, 4.6, Stroke::full(color, 1.6), 1.0);
                }
            }
            Mark::Box {
                at,
                width,
                statistics,
                color,
            } => draw_box(canvas, area, x, y, (*at, *width), statistics, color),
        }
    }
}

/// Steps shorter than this on the canvas are drawn as one, px.
const SHORTEST_STEP: f64 = 0.3;

/// The corners of a curve that runs to the right and then jumps.
fn stairs(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut corners: Vec<(f64, f64)> = Vec::new();
    for &(x, y) in points {
        match corners.last().copied() {
            Some((last, _)) if x - last < SHORTEST_STEP && corners.len() > 1 => {
                corners.pop();
                corners.push((last, y));
            }
            Some((_, height)) => corners.extend([(x, height), (x, y)]),
            None => corners.push((x, y)),
        }
    }
    corners
}

fn draw_box(
    canvas: &mut Canvas,
    area: Area,
    x: &Axis,
    y: &Axis,
    (at, width): (f64, f64),
    statistics: &BoxStatistics,
    color: &'static str,
) {
    let thin = Stroke::full(color, 1.2);
    let height = |value: f64| area.place(x, y, (at, value)).1;
    let center = area.place(x, y, (at, 0.0)).0;
    let left = area.place(x, y, (at - 0.5 * width, 0.0)).0;
    let right = area.place(x, y, (at + 0.5 * width, 0.0)).0;
    let [q1, median, q3] = statistics.quartiles.map(height);
    let [low, high] = statistics.whiskers.map(height);
    canvas.segment((center, q1), (center, low), thin);
    canvas.segment((center, q3), (center, high), thin);
    let cap = 0.25 * (right - left);
    for end in [low, high] {
        canvas.segment((center - cap, end), (center + cap, end), thin);
    }
    let body = [left, q3, right - left, (q1 - q3).max(1.0)];
    canvas.rectangle(body, palette::PAPER, None, 1.0);
    canvas.rectangle(body, color, Some(thin), 0.18);
    canvas.segment((left, median), (right, median), Stroke::full(color, 2.4));
    for value in &statistics.outliers {
        canvas.ring(
            (center, height(*value)),
            2.2,
            Stroke::full(color, 1.0),
            0.55,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stairs_run_right_and_then_jump() {
        assert_eq!(
            stairs(&[(0.0, 5.0), (2.0, 3.0), (4.0, 1.0)]),
            [(0.0, 5.0), (2.0, 5.0), (2.0, 3.0), (4.0, 3.0), (4.0, 1.0)]
        );
    }

    #[test]
    fn steps_too_short_to_see_are_one_and_reach_the_same_height() {
        assert_eq!(
            stairs(&[(0.0, 5.0), (2.0, 4.0), (2.1, 3.0), (2.2, 2.0), (4.0, 1.0)]),
            [(0.0, 5.0), (2.0, 5.0), (2.0, 2.0), (4.0, 2.0), (4.0, 1.0)]
        );
    }

    #[test]
    fn points_that_are_not_numbers_are_left_out() {
        let mut canvas = Canvas::new(100.0, 100.0);
        let area = Area {
            left: 0.0,
            top: 0.0,
            width: 100.0,
            height: 100.0,
        };
        let axis = Axis::linear("x", 0.0, 1.0);
        let points = vec![(0.0, 0.0), (0.5, f64::NAN), (1.0, 1.0)];
        let mark = Mark::Points {
            points,
            color: palette::BLUE,
        };
        mark.draw(&mut canvas, area, &axis, &axis);
        let document = canvas.finish();
        assert_eq!(document.matches("<circle").count(), 2);
        assert!(!document.contains("NaN"));
    }
}
