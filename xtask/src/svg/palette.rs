//! Colours and sizes: one restrained palette, readable on white paper and on a screen.

/// Background of a figure.
pub const PAPER: &str = "#ffffff";
/// Titles and labels.
pub const INK: &str = "#1f2933";
/// Tick labels.
pub const SOFT_INK: &str = "#52606d";
/// Frame of a panel.
pub const FRAME: &str = "#9aa5b1";
/// Grid lines.
pub const GRID: &str = "#e4e7eb";
/// Grid lines between the labelled ones.
pub const FINE_GRID: &str = "#f2f4f6";

/// First series: blue.
pub const BLUE: &str = "#1f6fb2";
/// Second series: orange; differs from the first in lightness too.
pub const ORANGE: &str = "#d9822b";
/// Third series: green, darker than the others.
pub const GREEN: &str = "#3d7a4f";
/// References and published values: grey.
pub const GREY: &str = "#7b8794";

/// Fonts, in order of preference.
pub const FONTS: &str = "Inter, 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif";
/// Size of a figure's title, px.
pub const TITLE: f64 = 16.0;
/// Size of a panel's title, px.
pub const PANEL_TITLE: f64 = 13.0;
/// Size of axis and legend labels, px.
pub const LABEL: f64 = 12.0;
/// Size of tick labels, px.
pub const TICK: f64 = 11.0;

/// Estimated width of `text` at `size`, px: a sans-serif glyph is about 0.56 of its size wide.
pub fn text_width(text: &str, size: f64) -> f64 {
    0.56 * size * text.chars().count() as f64
}
