//! The picture: a grid of panels, each with a line for every market.

use std::error::Error;
use std::path::Path;

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

/// Width and height of the whole picture and of its headline, in pixels.
const PICTURE: (u32, u32) = (1_500, 1_060);
const HEAD: u32 = 56;
/// Panels side by side, and below each other.
const GRID: (usize, usize) = (3, 3);
/// One for each market, in their order; the last is the simulated one.
pub(crate) const COLOURS: [RGBColor; 4] =
    [RGBColor(31, 119, 180), RGBColor(44, 160, 44), RGBColor(148, 103, 189), RGBColor(214, 39, 40)];

/// Points to join, in a colour.
pub(crate) struct Line {
    /// Which of [`COLOURS`].
    pub(crate) colour: usize,
    /// A thin line stays in the background.
    pub(crate) is_thin: bool,
    /// In the panel's units.
    pub(crate) points: Vec<(f64, f64)>,
}

/// One chart.
pub(crate) struct Panel {
    /// Above it, with the units.
    pub(crate) title: &'static str,
    /// Below it.
    pub(crate) below: &'static str,
    /// Whether x and y are drawn by their decimal logarithm; what is not above zero is left out.
    pub(crate) logarithmic: (bool, bool),
    /// What is drawn, first at the bottom.
    pub(crate) lines: Vec<Line>,
}

/// Draws panels row by row under a legend of the markets.
pub(crate) fn draw(path: &Path, legend: &[String], panels: &[Panel]) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(path, PICTURE).into_drawing_area();
    root.fill(&WHITE)?;
    let (head, body) = root.split_vertically(HEAD);
    let shown = legend.iter().zip(COLOURS).filter(|(text, _)| !text.is_empty());
    for (place, (text, colour)) in shown.enumerate() {
        let left = 20 + 400 * place as i32;
        head.draw(&Rectangle::new([(left, 22), (left + 24, 28)], colour.filled()))?;
        head.draw(&Text::new(text.clone(), (left + 32, 17), ("sans-serif", 17)))?;
    }
    for (area, panel) in body.split_evenly((GRID.1, GRID.0)).iter().zip(panels) {
        panel.draw(area).map_err(|error| error.to_string())?;
    }
    root.present()?;
    Ok(())
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

impl Panel {
    fn draw(&self, area: &Area<'_>) -> Result<(), Box<dyn Error>> {
        let lines: Vec<(&Line, Vec<(f64, f64)>)> =
            self.lines.iter().map(|line| (line, self.scaled(line))).collect();
        let all = || lines.iter().flat_map(|(_, points)| points.iter().copied());
        let (x, y) = (span(all().map(|(x, _)| x)), span(all().map(|(_, y)| y)));
        let mut chart = ChartBuilder::on(area)
            .caption(self.title, ("sans-serif", 17))
            .margin(10)
            .x_label_area_size(38)
            .y_label_area_size(52)
            .build_cartesian_2d(x.0..x.1, y.0..y.1)?;
        self.axes(&mut chart)?;
        for (line, points) in lines {
            let colour = COLOURS.get(line.colour).copied().unwrap_or(BLACK);
            let width = if line.is_thin { 1 } else { 2 };
            chart.draw_series(LineSeries::new(points, colour.stroke_width(width)))?;
        }
        Ok(())
    }

    fn axes(&self, chart: &mut Chart<'_, '_>) -> Result<(), Box<dyn Error>> {
        let (x_log, y_log) = self.logarithmic;
        chart
            .configure_mesh()
            .x_desc(self.below)
            .x_labels(6)
            .y_labels(6)
            .light_line_style(TRANSPARENT)
            .bold_line_style(BLACK.mix(0.12))
            .label_style(("sans-serif", 13))
            .x_label_formatter(&move |value| label(*value, x_log))
            .y_label_formatter(&move |value| label(*value, y_log))
            .draw()
            .map_err(|error| error.to_string())?;
        Ok(())
    }

    fn scaled(&self, line: &Line) -> Vec<(f64, f64)> {
        let scale = |value: f64, is_log: bool| if is_log { value.log10() } else { value };
        let points =
            line.points.iter().map(|&(x, y)| (scale(x, self.logarithmic.0), scale(y, self.logarithmic.1)));
        points.filter(|(x, y)| x.is_finite() && y.is_finite()).collect()
    }
}

/// From the least to the greatest, with a little room.
fn span(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) =
        values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let room = (high - low).max(1e-6) * 0.03;
    if low > high { (0.0, 1.0) } else { (low - room, high + room) }
}

fn label(value: f64, is_log: bool) -> String {
    let value = if is_log { 10_f64.powf(value) } else { value };
    match value.abs() {
        large if large >= 1e6 => format!("{:.0}M", value / 1e6),
        large if large >= 1e3 => format!("{:.0}k", value / 1e3),
        large if large >= 10.0 => format!("{value:.0}"),
        large if large >= 0.1 || !is_log => format!("{value:.2}"),
        _ => format!("{value:.0e}"),
    }
}
