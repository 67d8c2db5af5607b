//! Generators of large values and of histories.
