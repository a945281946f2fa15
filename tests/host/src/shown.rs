//! What the host shows of a tile: what it was told at the start, changed by the provider's events since, and not asked
//! again. A provider that changes a field without saying so is seen to be stale here, as it would be in Windows.

use serde_json::{Value, json};
use std::sync::{Mutex, MutexGuard, PoisonError};
use windows::Win32::Graphics::Gdi::{DeleteObject, HBITMAP, HGDIOBJ};
use windows::Win32::UI::Shell as shell;

/// A text the host keeps, stored so that a search of the memory for the text does not find it here.
#[derive(Clone, Default)]
pub(crate) struct Veiled(Vec<u8>);

impl Veiled {
    /// Keeps a copy of the text.
    pub(crate) fn new(text: &str) -> Self {
        Self(text.bytes().map(|b| !b).collect())
    }

    /// The text.
    pub(crate) fn reveal(&self) -> String {
        String::from_utf8_lossy(&self.0.iter().map(|b| !b).collect::<Vec<u8>>()).into_owned()
    }

    /// Whether there is any text.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The kind of a field, `CPFT_…`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Kind(pub(crate) i32);

impl Kind {
    pub(crate) const LARGE: Self = Self(shell::CPFT_LARGE_TEXT.0);
    pub(crate) const LINK: Self = Self(shell::CPFT_COMMAND_LINK.0);
    pub(crate) const EDIT: Self = Self(shell::CPFT_EDIT_TEXT.0);
    pub(crate) const PASSWORD: Self = Self(shell::CPFT_PASSWORD_TEXT.0);
    pub(crate) const IMAGE: Self = Self(shell::CPFT_TILE_IMAGE.0);
    pub(crate) const CHECKBOX: Self = Self(shell::CPFT_CHECKBOX.0);
    pub(crate) const SUBMIT: Self = Self(shell::CPFT_SUBMIT_BUTTON.0);

    /// The word in answers.
    pub(crate) fn name(self) -> &'static str {
        [
            "invalid",
            "large_text",
            "small_text",
            "link",
            "edit",
            "password",
            "image",
            "checkbox",
            "combobox",
            "submit",
        ]
        .get(usize::try_from(self.0).unwrap_or(0))
        .copied()
        .unwrap_or("invalid")
    }

    /// Whether a person types into it.
    pub(crate) fn is_typed(self) -> bool {
        self == Self::EDIT || self == Self::PASSWORD
    }
}

/// One field of a provider, as its descriptor says.
#[derive(Clone, Debug)]
pub(crate) struct Descriptor {
    /// `dwFieldID`.
    pub(crate) id: u32,
    /// `cpft`.
    pub(crate) kind: Kind,
    /// `pszLabel`.
    pub(crate) label: String,
    /// `guidFieldType`.
    pub(crate) guid: windows_core::GUID,
}

/// One field of a tile, as it is shown now.
pub(crate) struct Field {
    /// What it is.
    pub(crate) what: Descriptor,
    /// `CPFS_…`.
    pub(crate) state: i32,
    /// `CPFIS_…`.
    pub(crate) interactive: i32,
    /// Its text; of a password field only how long it is, as dots.
    pub(crate) text: Veiled,
    /// `CPCFO_…`.
    pub(crate) options: i32,
    /// Of a checkbox.
    pub(crate) checked: bool,
    /// Of the tile image; the host's own.
    pub(crate) bitmap: HBITMAP,
    /// Of the submit button: the field it stands beside.
    pub(crate) beside: Option<u32>,
}

// SAFETY: The only thing in it that is not `Send` is the handle of a bitmap, which any thread may use.
unsafe impl Send for Field {}

impl Field {
    /// A field of which nothing is known yet.
    pub(crate) fn new(what: Descriptor) -> Self {
        Self {
            what,
            state: 0,
            interactive: 0,
            text: Veiled::default(),
            options: 0,
            checked: false,
            bitmap: HBITMAP::default(),
            beside: None,
        }
    }

    /// Whether it can be seen while the tile is selected.
    pub(crate) fn is_visible(&self) -> bool {
        self.state == shell::CPFS_DISPLAY_IN_SELECTED_TILE.0 || self.state == shell::CPFS_DISPLAY_IN_BOTH.0
    }

    /// Keeps the text, or of a password only its length.
    pub(crate) fn put_text(&mut self, text: &str) {
        self.text = if self.what.kind == Kind::PASSWORD {
            Veiled::new(&"\u{2022}".repeat(text.chars().count()))
        } else {
            Veiled::new(text)
        };
    }

    /// Takes over a bitmap and deletes the one before.
    pub(crate) fn put_bitmap(&mut self, bitmap: HBITMAP) {
        if self.bitmap != bitmap && !self.bitmap.is_invalid() {
            // SAFETY: The host owns what it was handed, and shows it no more.
            let _ = unsafe { DeleteObject(HGDIOBJ::from(self.bitmap)) };
        }
        self.bitmap = bitmap;
    }

    fn json(&self) -> Value {
        let mut field = json!({
            "id": self.what.id,
            "label": self.what.label,
            "type": self.what.kind.name(),
            "state": state_name(self.state),
            "interactive": interactive_name(self.interactive),
            "options": options_names(self.options),
        });
        let text = if self.what.kind == Kind::PASSWORD {
            ("set", json!(!self.text.is_empty()))
        } else if self.what.kind == Kind::CHECKBOX {
            ("checked", json!(self.checked))
        } else if self.what.kind == Kind::SUBMIT {
            ("beside", json!(self.beside))
        } else if self.what.kind == Kind::IMAGE {
            ("set", json!(!self.bitmap.is_invalid()))
        } else {
            ("text", json!(self.text.reveal()))
        };
        field[text.0] = text.1;
        field
    }
}

impl Drop for Field {
    fn drop(&mut self) {
        self.put_bitmap(HBITMAP::default());
    }
}

/// The fields of one tile.
pub(crate) struct Shown {
    fields: Mutex<Vec<Field>>,
    status: Mutex<Veiled>,
}

impl Shown {
    /// Fields of which nothing is known yet.
    pub(crate) fn new(descriptors: &[Descriptor]) -> Self {
        let fields = descriptors.iter().cloned().map(Field::new).collect();
        Self { fields: Mutex::new(fields), status: Mutex::default() }
    }

    /// All of them.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Vec<Field>> {
        self.fields.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is said below the fields, while connecting and afterwards.
    pub(crate) fn status(&self) -> String {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).reveal()
    }

    /// Says something else there.
    pub(crate) fn put_status(&self, text: &str) {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner) = Veiled::new(text);
    }

    /// Changes one field. `None` if there is no such field.
    pub(crate) fn with<T>(&self, id: u32, change: impl FnOnce(&mut Field) -> T) -> Option<T> {
        self.lock().iter_mut().find(|f| f.what.id == id).map(change)
    }

    /// Moves the focus here: only one field has it.
    pub(crate) fn focus(&self, id: u32) {
        for field in self.lock().iter_mut() {
            if field.what.id == id {
                field.interactive = shell::CPFIS_FOCUSED.0;
            } else if field.interactive == shell::CPFIS_FOCUSED.0 {
                field.interactive = shell::CPFIS_NONE.0;
            }
        }
    }

    /// The fields that can be seen, and what the submit button stands beside.
    pub(crate) fn json(&self, hidden_too: bool) -> Value {
        let fields = self.lock();
        let beside = fields.iter().filter(|f| f.is_visible()).find_map(|f| f.beside);
        let label = fields.iter().find(|f| Some(f.what.id) == beside).map(|f| f.what.label.clone());
        let list: Vec<Value> =
            fields.iter().filter(|f| hidden_too || f.is_visible()).map(Field::json).collect();
        json!({"fields": list, "submit_beside": beside, "submit_beside_label": label})
    }
}

/// `CPFS_…` as a word.
pub(crate) fn state_name(state: i32) -> &'static str {
    ["hidden", "selected", "deselected", "both"]
        .get(usize::try_from(state).unwrap_or(99))
        .copied()
        .unwrap_or("unknown")
}

/// `CPFIS_…` as a word.
pub(crate) fn interactive_name(interactive: i32) -> &'static str {
    ["none", "readonly", "disabled", "focused"]
        .get(usize::try_from(interactive).unwrap_or(99))
        .copied()
        .unwrap_or("unknown")
}

/// `CPCFO_…` as words.
pub(crate) fn options_names(options: i32) -> Vec<&'static str> {
    [
        (shell::CPCFO_ENABLE_PASSWORD_REVEAL, "reveal"),
        (shell::CPCFO_IS_EMAIL_ADDRESS, "email"),
        (shell::CPCFO_ENABLE_TOUCH_KEYBOARD_AUTO_INVOKE, "touch_keyboard"),
        (shell::CPCFO_NUMBERS_ONLY, "numbers"),
        (shell::CPCFO_SHOW_ENGLISH_KEYBOARD, "english_keyboard"),
    ]
    .into_iter()
    .filter(|(bit, _)| options & bit.0 != 0)
    .map(|(_, name)| name)
    .collect()
}
