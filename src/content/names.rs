//! Whom and what the texts of the library name. Pure.

use super::model::ItemText;
use crate::people::model::AccountId;
use crate::personas::model::{PersonaId, PersonaRef};

/// Whom and what the texts of an item name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Every persona.
    pub personas: Vec<PersonaRef>,
    /// Personas that became a part of another one, and of which. What names them goes on naming them, and is read as
    /// the other one's until they are two again.
    pub merged: Vec<(PersonaId, PersonaId)>,
    /// Who may own content: both teams.
    pub people: Vec<(AccountId, String)>,
}

impl Names {
    /// A persona by its number; of one that became a part of another, that one.
    pub fn persona(&self, id: PersonaId) -> Option<&PersonaRef> {
        let id = self.stands_for(id);
        self.personas.iter().find(|persona| persona.id == id)
    }

    /// The personas of these numbers, each once.
    pub fn personas_of(&self, ids: &[PersonaId]) -> Vec<&PersonaRef> {
        let mut found: Vec<&PersonaRef> = Vec::new();
        for persona in ids.iter().filter_map(|id| self.persona(*id)) {
            if !found.iter().any(|other| other.id == persona.id) {
                found.push(persona);
            }
        }
        found
    }

    fn stands_for(&self, id: PersonaId) -> PersonaId {
        self.merged.iter().find(|(merged, _)| *merged == id).map_or(id, |(_, into)| *into)
    }

    /// Somebody's name.
    pub fn person(&self, id: AccountId) -> Option<&str> {
        self.people.iter().find(|(other, _)| *other == id).map(|(_, name)| name.as_str())
    }

    /// The account of that name.
    pub fn account(&self, name: &str) -> Option<AccountId> {
        self.people.iter().find(|(_, other)| other == name).map(|(id, _)| *id)
    }
}

impl ItemText {
    /// The same, with each persona under the numbers by which the item named it before: a persona that became a part of
    /// another takes its items home when the two are two again, whatever else was changed of them.
    pub fn keeping(mut self, before: &Self, names: &Names) -> Self {
        let mut personas: Vec<PersonaId> = Vec::new();
        for id in &self.personas {
            let is_it = |other: &&PersonaId| names.stands_for(**other) == names.stands_for(*id);
            let named: Vec<PersonaId> = before.personas.iter().filter(is_it).copied().collect();
            let named = if named.is_empty() { vec![*id] } else { named };
            personas.extend(named.into_iter().filter(|id| !personas.contains(id)).collect::<Vec<_>>());
        }
        self.personas = personas;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::model::Kind;

    fn persona(id: i64, name: &str) -> PersonaRef {
        PersonaRef { id: PersonaId(id), slug: name.to_lowercase(), name: name.into(), value: None, retired: false }
    }

    #[test]
    fn a_persona_that_became_a_part_of_another_is_read_as_that_one_and_written_as_itself() {
        let together = Names {
            personas: vec![persona(1, "Planner"), persona(2, "Buyer"), persona(3, "Signer")],
            merged: vec![(PersonaId(1), PersonaId(2))],
            people: Vec::new(),
        };
        let apart = Names { merged: Vec::new(), ..together.clone() };
        let fields = [("title", "Sheet"), ("personas", "Planner\nBuyer\nSigner")];
        let fields = fields.into_iter().map(|(key, text)| (key.to_owned(), text.to_owned())).collect();
        let before = ItemText::parse(&fields, &apart).expect("an item");
        let read = |text: &ItemText, names: &Names| text.values(names)["personas"].clone();
        assert_eq!(read(&before, &together), "Buyer\nSigner", "each once");

        let mut shown = before.values(&together);
        shown.insert("kind".into(), Kind::Guide.key().into());
        let saved = ItemText::parse(&shown, &together).expect("an item").keeping(&before, &together);
        assert_eq!((saved.kind, saved.personas.as_slice()), (Kind::Guide, before.personas.as_slice()));
        shown.insert("personas".into(), "Signer".into());
        let less = ItemText::parse(&shown, &together).expect("an item").keeping(&before, &together);
        assert_eq!(read(&less, &apart), "Signer", "what a person took away stays away");
        shown.insert("personas".into(), "Signer\nBuyer".into());
        let more = ItemText::parse(&shown, &together).expect("an item").keeping(&less, &together);
        assert_eq!(read(&more, &apart), "Signer\nBuyer", "what they added is the other one’s");
    }
}
