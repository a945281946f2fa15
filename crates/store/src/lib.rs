//! SQLite with one writer and group commit; sealed columns; migrations.
