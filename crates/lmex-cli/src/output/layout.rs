//! How a table goes into a terminal that is too narrow for it. A terminal breaks lines in the middle of words.

/// What a table gives up for want of room, in this order: its long names; the columns that go under each row; the columns
/// that are left out, the first of them first. What does not fit even then becomes a list.
#[derive(Debug, Clone, Copy)]
pub struct Narrow {
    /// Columns with a long name, and a short one.
    pub short: &'static [(&'static str, &'static str)],
    /// Columns that go on a line of their own under each row.
    pub below: &'static [&'static str],
    /// Columns that are left out.
    pub drop: &'static [&'static str],
}

impl Narrow {
    /// Nothing to give up: a list is next.
    pub const LIST: Self = Self { short: &[], below: &[], drop: &[] };

    /// All ways to show these columns, the widest first.
    pub fn layouts(&self, columns: &[&'static str]) -> Vec<Layout> {
        let short = |name: &'static str| {
            self.short.iter().find(|(long, _)| *long == name).map_or(name, |(_, short)| short)
        };
        let with = |below: &[&str], dropped: &[&'static str]| {
            let all = || columns.iter().enumerate();
            let is_in = |names: &[&str], name: &str| names.contains(&name);
            let named = |(at, name): (usize, &&'static str)| (at, short(name));
            Layout {
                beside: all()
                    .filter(|(_, name)| !is_in(below, name) && !is_in(dropped, name))
                    .map(named)
                    .collect(),
                below: all().filter(|(_, name)| is_in(below, name)).map(named).collect(),
                left_out: columns.iter().filter(|name| is_in(dropped, name)).copied().collect(),
            }
        };
        let whole = Layout::whole(columns);
        let first = [whole, with(&[], &[])];
        let dropped = (0..=self.drop.len()).filter_map(|count| self.drop.get(..count));
        first.into_iter().chain(dropped.map(|dropped| with(self.below, dropped))).collect()
    }
}

/// One way to show a table: columns by number, with the name they are shown by.
#[derive(Debug, PartialEq, Eq)]
pub struct Layout {
    /// In a row.
    pub beside: Vec<(usize, &'static str)>,
    /// Under each row.
    pub below: Vec<(usize, &'static str)>,
    /// By their own names.
    pub left_out: Vec<&'static str>,
}

impl Layout {
    /// Every column in its row.
    pub fn whole(columns: &[&'static str]) -> Self {
        let beside = columns.iter().enumerate().map(|(at, name)| (at, *name)).collect();
        Self { beside, below: Vec::new(), left_out: Vec::new() }
    }
}
