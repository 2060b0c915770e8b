//! A small writer of SVG figures: panels on a grid, linear and logarithmic axes, lines, steps, points, boxes.

mod axis;
mod boxes;
mod canvas;
mod figure;
mod marks;
pub mod palette;
mod panel;
mod ticks;

pub use axis::Axis;
pub use boxes::BoxStatistics;
pub use figure::{Figure, Key, Symbol};
pub use marks::Mark;
pub use panel::Panel;
