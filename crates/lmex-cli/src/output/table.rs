//! A table, for the eye or as CSV.

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table as Drawn, presets};

use lmex::Decimal;

use super::layout::{Layout, Narrow};
use crate::error::CliError;

/// Which way a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
    /// Numbers of one kind, set by their decimal points.
    Point,
}

/// Named columns and rows of text.
#[derive(Debug)]
pub struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
    empty: &'static str,
    narrow: Option<Narrow>,
}

impl Table {
    /// `empty` is said instead of a table without rows.
    pub fn new(empty: &'static str, columns: &[(&'static str, Align)]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new(), empty, narrow: None }
    }

    /// What it gives up in a terminal that is too narrow for it.
    #[must_use]
    pub fn narrow(self, narrow: Narrow) -> Self {
        Self { narrow: Some(narrow), ..self }
    }

    pub fn row<T: ToString>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(|cell| cell.to_string()).collect());
    }

    /// With a header line, or the rows alone.
    pub fn to_csv(&self, header: bool) -> Result<String, CliError> {
        let failed = |error: csv::Error| CliError::new("internal", error.to_string());
        let mut writer = csv::Writer::from_writer(Vec::new());
        if header {
            writer.write_record(self.columns.iter().map(|(name, _)| name)).map_err(failed)?;
        }
        for row in &self.rows {
            writer.write_record(row).map_err(failed)?;
        }
        let bytes = writer.into_inner().map_err(|error| CliError::new("internal", error.to_string()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// For the eye: at full width, or as it fits into a terminal of so many columns.
    pub fn to_text(&self, colour: bool, width: Option<usize>) -> String {
        if self.rows.is_empty() {
            return format!("{}\n", self.empty);
        }
        let names: Vec<_> = self.columns.iter().map(|(name, _)| *name).collect();
        let (Some(width), Some(narrow)) = (width, self.narrow) else {
            return self.drawn(&Layout::whole(&names), colour);
        };
        let fits =
            |layout: &Layout| self.drawn(layout, false).lines().all(|line| line.chars().count() <= width);
        let fitting = narrow.layouts(&names).into_iter().find(fits);
        fitting.map_or_else(|| self.listed(), |layout| self.drawn(&layout, colour))
    }

    fn drawn(&self, layout: &Layout, colour: bool) -> String {
        let rows = self.lines(&layout.beside, colour);
        let mut text = if layout.below.is_empty() {
            rows.join("\n")
        } else {
            let below = self.lines(&layout.below, colour).into_iter();
            let both = |(row, below): (&String, String)| match below.is_empty() {
                true => row.clone(),
                false => format!("{row}\n  {below}"),
            };
            rows.iter().zip(below).map(both).collect::<Vec<_>>().join("\n")
        };
        if !layout.left_out.is_empty() {
            text.push_str(&format!("\nno room for {}: --json has all", layout.left_out.join(", ")));
        }
        text + "\n"
    }

    /// The names of some columns, and a line for each row.
    fn lines(&self, columns: &[(usize, &'static str)], colour: bool) -> Vec<String> {
        let mut drawn = Drawn::new();
        drawn.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        let bold = |name: &str| {
            if colour { Cell::new(name).add_attribute(Attribute::Bold) } else { Cell::new(name) }
        };
        drawn.set_header(columns.iter().map(|(_, name)| bold(name)));
        let places: Vec<_> = columns.iter().map(|(at, _)| (*at, self.places(*at))).collect();
        for row in &self.rows {
            let cell = |at: usize| row.get(at).map(String::as_str).unwrap_or_default();
            drawn.add_row(places.iter().map(|(at, places)| with_places(cell(*at), *places)));
        }
        for (shown, (at, _)) in columns.iter().enumerate() {
            let Some(column) = drawn.column_mut(shown) else { continue };
            column.set_padding((0, 2));
            if self.columns.get(*at).is_some_and(|(_, align)| *align != Align::Left) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        drawn.lines().map(|line| line.trim_end().to_owned()).collect()
    }

    /// A line for each cell, as what fits into any terminal.
    fn listed(&self) -> String {
        let longest = self.columns.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        let line = |((name, _), cell): (&(&str, Align), &String)| {
            format!("{}\n", format!("{name:<longest$}  {cell}").trim_end())
        };
        let record = |row: &Vec<String>| self.columns.iter().zip(row).map(line).collect::<String>();
        self.rows.iter().map(record).collect::<Vec<_>>().join("\n")
    }

    /// The decimal places that a column's numbers are shown with, if it is set by the point.
    fn places(&self, at: usize) -> Option<u32> {
        let (_, align) = self.columns.get(at)?;
        let cells = self.rows.iter().filter_map(|row| row.get(at)?.parse::<Decimal>().ok());
        (*align == Align::Point).then(|| cells.map(|number| number.scale()).max()).flatten()
    }
}

fn with_places(cell: &str, places: Option<u32>) -> String {
    match (cell.parse::<Decimal>(), places) {
        (Ok(mut number), Some(places)) => {
            number.rescale(places);
            number.to_string()
        }
        _ => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_set_as_asked_and_csv_keeps_what_came() {
        let mut table = Table::new("empty", &[("a", Align::Left), ("b", Align::Right), ("c", Align::Point)]);
        table.row(["x", "1", "1.5"]);
        table.row(["yy", "22", "10"]);
        assert_eq!(table.to_text(false, None), "a    b     c\nx    1   1.5\nyy  22  10.0\n");
        assert_eq!(table.to_csv(true).unwrap(), "a,b,c\nx,1,1.5\nyy,22,10\n");
        assert_eq!(table.to_csv(false).unwrap(), "x,1,1.5\nyy,22,10\n");
    }
    #[test]
    fn what_is_too_wide_gives_up_names_then_ids_then_columns_and_is_a_list_at_last() {
        const NARROW: Narrow = Narrow { short: &[("filledPrice", "price")], below: &["id"], drop: &["time"] };
        let columns =
            [("id", Align::Left), ("filledPrice", Align::Right), ("time", Align::Left), ("b", Align::Left)];
        let mut table = Table::new("empty", &columns).narrow(NARROW);
        table.row(["52cdd4ce", "1.5", "12:00", "x"]);
        table.row(["", "10", "12:01", "y"]);
        let whole = "id        filledPrice  time   b\n52cdd4ce          1.5  12:00  x\n                   10  12:01  y\n";
        let short = "id        price  time   b\n52cdd4ce    1.5  12:00  x\n             10  12:01  y\n";
        let below = "price  time   b\n  id\n  1.5  12:00  x\n  52cdd4ce\n   10  12:01  y\n";
        let list = "id           52cdd4ce\nfilledPrice  1.5\ntime         12:00\nb            x\n\nid\nfilledPrice  10\ntime         12:01\nb            y\n";
        for (width, expected) in [(32, whole), (31, whole), (30, short), (25, short), (24, below), (7, list)]
        {
            assert_eq!(table.to_text(false, Some(width)), expected, "{width}");
        }
        assert_eq!(table.to_text(false, None), whole, "in a pipe");
        let mut wide = Table::new("empty", &columns).narrow(NARROW);
        wide.row(["52cdd4ce", "1.5", &"9".repeat(60), "x"]);
        let said = wide.to_text(false, Some(50));
        assert_eq!(said, "price  b\n  id\n  1.5  x\n  52cdd4ce\nno room for time: --json has all\n");
    }
}
