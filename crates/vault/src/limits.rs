//! How much a vault holds: far above what people have, and low enough that a hostile file cannot fill the memory.

/// Most entries in a vault, those in the trash included.
pub const ENTRIES: usize = 10_000;
/// Most entries removed for ever that a vault remembers. Beyond it the oldest are forgotten.
pub const TOMBSTONES: usize = 10_000;
/// Most bytes of an issuer or an account.
pub const NAME_BYTES: usize = 2_048;
/// Most bytes of a note.
pub const NOTE_BYTES: usize = 16_384;
/// Most tags on an entry.
pub const TAGS: usize = 64;
/// Most bytes of a tag, or of the name of an icon.
pub const TAG_BYTES: usize = 256;
/// Most values in the settings.
pub const SETTINGS: usize = 256;
/// Most bytes of a value in the settings, or of its name.
pub const SETTING_BYTES: usize = 4_096;
/// Most other ids one entry answers to.
pub const ALIASES: usize = 256;
