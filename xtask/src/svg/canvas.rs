//! Elements of an SVG document.

use super::palette;
use std::fmt::Write;

/// An SVG document under construction; lengths in px, y downward.
#[derive(Debug)]
pub struct Canvas {
    width: f64,
    height: f64,
    body: String,
}

/// Horizontal position of a text relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text is set.
#[derive(Clone, Copy, Debug)]
pub struct Font {
    pub size: f64,
    pub color: &'static str,
    pub anchor: Anchor,
    pub bold: bool,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Stroke {
    pub color: &'static str,
    pub width: f64,
    pub dashed: bool,
}

impl Stroke {
    /// A full line.
    pub fn full(color: &'static str, width: f64) -> Self {
        Stroke {
            color,
            width,
            dashed: false,
        }
    }

    fn attributes(&self) -> String {
        let dash = if self.dashed {
            " stroke-dasharray=\"5 4\""
        } else {
            ""
        };
        format!(
            "stroke=\"{}\" stroke-width=\"{}\"{dash}",
            self.color,
            short(self.width)
        )
    }
}

impl Canvas {
    /// An empty sheet.
    pub fn new(width: f64, height: f64) -> Self {
        let mut canvas = Canvas {
            width,
            height,
            body: String::new(),
        };
        canvas.rectangle([0.0, 0.0, width, height], palette::PAPER, None, 1.0);
        canvas
    }

    /// A segment from `from` to `to`.
    pub fn segment(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke) {
        self.push(&format!(
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" {}/>",
            short(from.0),
            short(from.1),
            short(to.0),
            short(to.1),
            stroke.attributes()
        ));
    }

    /// A line through `points`.
    pub fn polyline(&mut self, points: &[(f64, f64)], stroke: Stroke) {
        let mut list = String::new();
        for (x, y) in points {
            let _ = write!(list, "{},{} ", short(*x), short(*y));
        }
        self.push(&format!(
            "<polyline points=\"{}\" fill=\"none\" stroke-linejoin=\"round\" {}/>",
            list.trim_end(),
            stroke.attributes()
        ));
    }

    /// A rectangle `[left, top, width, height]`.
    pub fn rectangle(
        &mut self,
        [x, y, width, height]: [f64; 4],
        fill: &str,
        stroke: Option<Stroke>,
        opacity: f64,
    ) {
        self.push(&format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{fill}\" fill-opacity=\"{}\" {}/>",
            short(x),
            short(y),
            short(width),
            short(height),
            short(opacity),
            stroke.map_or_else(String::new, |s| s.attributes())
        ));
    }

    /// A disc.
    pub fn disc(&mut self, center: (f64, f64), radius: f64, color: &str) {
        self.circle(center, radius, &format!("fill=\"{color}\""));
    }

    /// The rim of a disc; `opacity` lets crowded rings be told apart.
    pub fn ring(&mut self, center: (f64, f64), radius: f64, stroke: Stroke, opacity: f64) {
        let paint = format!(
            "fill=\"none\" stroke-opacity=\"{}\" {}",
            short(opacity),
            stroke.attributes()
        );
        self.circle(center, radius, &paint);
    }

    /// A line of text whose base line passes through `at`.
    pub fn text(&mut self, at: (f64, f64), text: &str, font: Font) {
        self.write_text(at, text, font, "");
    }

    /// A line of text that reads upward.
    pub fn text_upward(&mut self, at: (f64, f64), text: &str, font: Font) {
        let turn = format!(" transform=\"rotate(-90 {} {})\"", short(at.0), short(at.1));
        self.write_text(at, text, font, &turn);
    }

    /// The document.
    pub fn finish(self) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" \
             height=\"{h}\" font-family=\"{}\">\n{}</svg>\n",
            palette::FONTS,
            self.body,
            w = short(self.width),
            h = short(self.height),
        )
    }

    fn circle(&mut self, center: (f64, f64), radius: f64, paint: &str) {
        self.push(&format!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {paint}/>",
            short(center.0),
            short(center.1),
            short(radius)
        ));
    }

    fn write_text(&mut self, at: (f64, f64), text: &str, font: Font, extra: &str) {
        let anchor = match font.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = if font.bold {
            " font-weight=\"600\""
        } else {
            ""
        };
        self.push(&format!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\" text-anchor=\"{anchor}\"{weight}{extra}>{}</text>",
            short(at.0),
            short(at.1),
            short(font.size),
            font.color,
            escape(text)
        ));
    }

    fn push(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }
}

/// At most two decimals and no trailing zeros: small files, and the same on every machine.
fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0" } else { text }.to_string()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(short(3.0), "3");
        assert_eq!(short(0.126), "0.13");
        assert_eq!(short(-0.001), "0");
    }

    #[test]
    fn text_cannot_break_the_document() {
        let mut canvas = Canvas::new(10.0, 10.0);
        let font = Font {
            size: 12.0,
            color: palette::INK,
            anchor: Anchor::Start,
            bold: false,
        };
        canvas.text((0.0, 0.0), "‖Φ‖ < 1 & y > 0", font);
        let document = canvas.finish();
        assert!(document.contains("‖Φ‖ &lt; 1 &amp; y &gt; 0"));
        assert!(document.starts_with("<svg ") && document.ends_with("</svg>\n"));
    }
}
