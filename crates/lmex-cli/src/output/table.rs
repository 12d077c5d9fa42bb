//! A table, for the eye or as CSV.

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table as Drawn, presets};

use lmex::Decimal;

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
}

impl Table {
    /// `empty` is said instead of a table without rows.
    pub fn new(empty: &'static str, columns: &[(&'static str, Align)]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new(), empty }
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

    pub fn to_text(&self, colour: bool) -> String {
        if self.rows.is_empty() {
            return format!("{}\n", self.empty);
        }
        let mut drawn = Drawn::new();
        drawn.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        let bold = |name: &str| {
            if colour { Cell::new(name).add_attribute(Attribute::Bold) } else { Cell::new(name) }
        };
        drawn.set_header(self.columns.iter().map(|(name, _)| bold(name)));
        let places: Vec<_> = (0..self.columns.len()).map(|at| self.places(at)).collect();
        for row in &self.rows {
            drawn.add_row(row.iter().zip(&places).map(|(cell, places)| with_places(cell, *places)));
        }
        for (at, (_, align)) in self.columns.iter().enumerate() {
            let Some(column) = drawn.column_mut(at) else { continue };
            column.set_padding((0, 2));
            if *align != Align::Left {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let lines: Vec<_> = drawn.lines().map(|line| line.trim_end().to_owned()).collect();
        format!("{}\n", lines.join("\n"))
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
        assert_eq!(table.to_text(false), "a    b     c\nx    1   1.5\nyy  22  10.0\n");
        assert_eq!(table.to_csv(true).unwrap(), "a,b,c\nx,1,1.5\nyy,22,10\n");
        assert_eq!(table.to_csv(false).unwrap(), "x,1,1.5\nyy,22,10\n");
    }
}
