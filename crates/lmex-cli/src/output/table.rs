//! A table, for the eye or as CSV.

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table as Drawn, presets};

use crate::error::CliError;

/// Which way a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
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

    pub fn to_csv(&self) -> Result<String, CliError> {
        let failed = |error: csv::Error| CliError::new("internal", error.to_string());
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns.iter().map(|(name, _)| name)).map_err(failed)?;
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
        for row in &self.rows {
            drawn.add_row(row);
        }
        for (at, (_, align)) in self.columns.iter().enumerate() {
            if let (Some(column), Align::Right) = (drawn.column_mut(at), align) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let lines: Vec<_> = drawn.lines().map(|line| line.trim_end().to_owned()).collect();
        format!("{}\n", lines.join("\n"))
    }
}
