//! What only Windows can answer.
