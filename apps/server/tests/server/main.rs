//! The real binary: what it prints, what it refuses, what it survives.

mod commands;
mod doctor;
mod harness;
mod joining;
mod running;
mod trouble;
