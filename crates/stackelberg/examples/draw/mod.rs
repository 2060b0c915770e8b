//! A chart as SVG, in as few lines as will do.

use std::fmt::Write;
use std::path::{Path, PathBuf};

/// First series.
pub const BLUE: &str = "#1f6fb2";
/// The solution.
pub const ORANGE: &str = "#d9822b";
/// Another series.
pub const GREEN: &str = "#3d7a4f";
/// For comparison.
pub const GREY: &str = "#7b8794";

const SIZE: (f64, f64) = (640.0, 400.0);
/// Left, top, right, bottom.
const MARGIN: [f64; 4] = [64.0, 62.0, 20.0, 50.0];

/// A pair of axes with series.
#[derive(Debug)]
pub struct Chart {
    x: (f64, f64),
    y: (f64, f64),
    body: String,
    /// Right end of the legend so far.
    legend: f64,
}

impl Chart {
    /// Axes over the ranges `x` and `y`, with ticks and labels.
    pub fn new(title: &str, x: (&str, f64, f64), y: (&str, f64, f64)) -> Self {
        let mut chart = Chart {
            x: (x.1, x.2),
            y: (y.1, y.2),
            body: String::new(),
            legend: MARGIN[0],
        };
        chart.text((MARGIN[0], 24.0), "start", 16, title);
        chart.text(
            (0.5 * (SIZE.0 + MARGIN[0]), SIZE.1 - 12.0),
            "middle",
            12,
            x.0,
        );
        let middle = 0.5 * (SIZE.1 + MARGIN[1] - MARGIN[3]);
        let _ = write!(
            chart.body,
            r##"<text transform="translate(16 {middle}) rotate(-90)" font-size="12" text-anchor="middle" fill="#1f2933">{}</text>"##,
            y.0
        );
        for k in 0..=4 {
            let part = f64::from(k) / 4.0;
            let value = (x.1 + part * (x.2 - x.1), y.1 + part * (y.2 - y.1));
            let ((left, low), (right, high)) = (chart.place((x.1, y.1)), chart.place((x.2, y.2)));
            let (across, up) = chart.place(value);
            for (x1, y1, x2, y2) in [(across, low, across, high), (left, up, right, up)] {
                let _ = write!(
                    chart.body,
                    r##"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" stroke="#e4e7eb"/>"##
                );
            }
            chart.text(
                (across, low + 17.0),
                "middle",
                11,
                &format!("{}", (value.0 * 1e3).round() / 1e3),
            );
            chart.text(
                (left - 6.0, up + 4.0),
                "end",
                11,
                &format!("{}", (value.1 * 1e3).round() / 1e3),
            );
        }
        chart
    }

    /// A line through the points, broken where a coordinate is not finite.
    pub fn line(&mut self, label: &str, color: &str, points: &[(f64, f64)]) {
        for part in points.split(|p| !(p.0.is_finite() && p.1.is_finite())) {
            let path: Vec<String> = part
                .iter()
                .map(|p| self.place(*p))
                .map(|(x, y)| format!("{x:.1},{y:.1}"))
                .collect();
            let _ = write!(
                self.body,
                r#"<polyline points="{}" fill="none" stroke="{color}" stroke-width="2"/>"#,
                path.join(" ")
            );
        }
        self.key(label, color);
    }

    /// Discs at the points.
    pub fn dots(&mut self, label: &str, color: &str, points: &[(f64, f64)]) {
        for point in points {
            let (x, y) = self.place(*point);
            let _ = write!(
                self.body,
                r#"<circle cx="{x:.1}" cy="{y:.1}" r="5" fill="{color}"/>"#
            );
        }
        self.key(label, color);
    }

    /// Bars of the given width that stand on 0, each around its x.
    pub fn bars(&mut self, label: &str, color: &str, width: f64, tops: &[(f64, f64)]) {
        for top in tops {
            let (left, high) = self.place((top.0 - 0.5 * width, top.1));
            let (right, low) = self.place((top.0 + 0.5 * width, 0.0));
            let (w, h) = (right - left, low - high);
            let _ = write!(
                self.body,
                r#"<rect x="{left:.1}" y="{high:.1}" width="{w:.1}" height="{h:.1}" fill="{color}"/>"#
            );
        }
        self.key(label, color);
    }

    /// Writes the document into the folder that the command line names, or the current one.
    pub fn save(&self, name: &str) -> std::io::Result<PathBuf> {
        let folder = std::env::args().nth(1).unwrap_or_else(|| ".".into());
        let path = Path::new(&folder).join(name);
        let (w, h) = SIZE;
        let head = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" font-family="Helvetica, Arial, DejaVu Sans, sans-serif"><rect width="{w}" height="{h}" fill="#ffffff"/>"##
        );
        std::fs::write(&path, head + &self.body + "</svg>\n")?;
        Ok(path)
    }

    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let across = ((x - self.x.0) / (self.x.1 - self.x.0)).clamp(0.0, 1.0);
        let up = ((y - self.y.0) / (self.y.1 - self.y.0)).clamp(0.0, 1.0);
        let (width, height) = (
            SIZE.0 - MARGIN[0] - MARGIN[2],
            SIZE.1 - MARGIN[1] - MARGIN[3],
        );
        (MARGIN[0] + across * width, MARGIN[1] + (1.0 - up) * height)
    }

    fn key(&mut self, label: &str, color: &str) {
        if label.is_empty() {
            return;
        }
        let x = self.legend;
        let _ = write!(
            self.body,
            r#"<rect x="{x:.1}" y="38" width="14" height="6" fill="{color}"/>"#
        );
        self.text((x + 19.0, 45.0), "start", 12, label);
        self.legend = x + 33.0 + 7.0 * label.chars().count() as f64;
    }

    fn text(&mut self, (x, y): (f64, f64), anchor: &str, size: u32, text: &str) {
        let _ = write!(
            self.body,
            r##"<text x="{x:.1}" y="{y:.1}" font-size="{size}" text-anchor="{anchor}" fill="#1f2933">{text}</text>"##
        );
    }
}
