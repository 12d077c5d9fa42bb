//! Pictures for the terminal.

mod candles;
mod ladder;

pub use candles::candles;
pub use ladder::ladder;

use anstyle::{AnsiColor, Style};

const UP: Style = AnsiColor::Green.on_default();
const DOWN: Style = AnsiColor::Red.on_default();
const FAINT: Style = Style::new().dimmed();

/// Text in a style, or plain.
fn styled(text: &str, style: Style, colour: bool) -> String {
    if colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// Columns and lines of the terminal; 80 × 24 where there is none.
pub fn terminal_size() -> (usize, usize) {
    terminal_size::terminal_size().map_or((80, 24), |(width, height)| (width.0.into(), height.0.into()))
}
