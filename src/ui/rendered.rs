//! What a page was rendered from, as it goes along with the page.

use super::says::{Chart, Holds, Table};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Data of a page on the way from the server to the browser that takes the page over. The drawings stay behind: they
/// stand in the page already, and the browser leaves them as they are until there are new ones.
#[derive(Clone, Debug)]
pub struct Rendered<T>(pub T);

/// What stands for a drawing that was left behind. Not nothing: that could be the next drawing, and would then be taken
/// for the same.
const LEFT_BEHIND: &str = "-";

/// Data with drawings.
pub trait Drawn {
    /// Leaves them behind.
    fn leave_drawings(&mut self);
}

impl Drawn for String {
    fn leave_drawings(&mut self) {
        LEFT_BEHIND.clone_into(self);
    }
}

impl Drawn for Chart {
    fn leave_drawings(&mut self) {
        self.svg.leave_drawings();
        self.figures.leave_drawings();
    }
}

impl Drawn for Table {
    fn leave_drawings(&mut self) {
        for row in self.rows.iter_mut().chain([&mut self.foot]) {
            let cells = row.iter_mut().zip(&self.head).filter(|(_, column)| column.holds == Holds::Drawing);
            cells.for_each(|(cell, _)| cell.text.leave_drawings());
        }
    }
}

impl<T: Drawn, E> Drawn for Result<T, E> {
    fn leave_drawings(&mut self) {
        if let Ok(drawn) = self {
            drawn.leave_drawings();
        }
    }
}

impl<T: Drawn + Clone + Serialize> Serialize for Rendered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut data = self.0.clone();
        data.leave_drawings();
        data.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Rendered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::says::{Cell, Column};

    #[test]
    fn words_travel_and_drawings_stay_behind() {
        let row = vec![Cell::new("Webinars"), Cell::new("<svg/>"), Cell::new("")];
        let table = Table {
            head: vec![Column::words("Channel"), Column::drawing("Rate"), Column::numbers("Leads")],
            foot: row.clone(),
            rows: vec![row],
            ..Table::default()
        };
        let sent = serde_json::to_string(&Rendered(Ok::<_, String>(table))).expect("a table can be written");
        let Rendered(taken) = serde_json::from_str::<Rendered<Result<Table, String>>>(&sent).expect("and read");
        let taken = taken.expect("a table");
        for row in [&taken.rows[0], &taken.foot] {
            assert_eq!(row.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>(), ["Webinars", LEFT_BEHIND, ""]);
        }
    }
}
