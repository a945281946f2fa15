//! The order of the tokens: by dragging, by keyboard, or by a rule.

use super::App;
use leptos::prelude::*;
use vault::{EntryId, Position, SortOrder};
use wasm_bindgen_futures::spawn_local;

impl App {
    /// The token that is being dragged goes before this one.
    pub(crate) fn drop_before(self, target: EntryId) {
        let Some(dragged) = self.dragged.get_untracked() else { return };
        self.dragged.set(None);
        if dragged != target {
            self.put(dragged, Position::Before(target));
        }
    }

    /// Moves a token one place up or down in the person's own order; nothing at the end of the list.
    pub(crate) fn step(self, id: EntryId, by: Step) {
        let ids = self.session.with_value(|session| {
            let vault = session.as_ref().map(|session| session.copy());
            let vault = vault.unwrap_or_default();
            vault.list(SortOrder::Manual, "").iter().map(|entry| entry.id).collect::<Vec<_>>()
        });
        let Some(at) = ids.iter().position(|known| *known == id) else { return };
        let position = match by {
            Step::Up => at.checked_sub(1).and_then(|at| ids.get(at)).map(|other| Position::Before(*other)),
            Step::Down => ids.get(at + 1).map(|other| Position::Behind(*other)),
        };
        if let Some(position) = position {
            self.put(id, position);
        }
    }

    /// Lists the tokens by another rule from now on.
    pub(crate) fn sort_by(self, order: SortOrder) {
        spawn_local(async move {
            let _saved = self
                .change(move |vault, now| {
                    vault.settings_mut().set_sort(order, now);
                    Ok::<_, ()>(())
                })
                .await;
        });
    }

    fn put(self, id: EntryId, position: Position) {
        spawn_local(async move {
            let _saved = self.change(move |vault, now| vault.move_to(id, position, now)).await;
        });
    }
}

/// One place in the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// Towards the beginning.
    Up,
    /// Towards the end.
    Down,
}
