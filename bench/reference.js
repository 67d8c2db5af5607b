// Figures to hold ours against, in µs.

/** What this release has to reach, by work id. */
export const targets = { "set A": 315, "update A": 5, "set B new": 5, "update B": 3, "get B": 0.5, "sync B": 10 };

/** The Elixir library on ETS. Not measured in this run nor on this machine. */
export const elixir = { "set A": 315, "update A": 275, "set B new": 5.4, "update B": 5.7, "get B": 1.5, "sync B": 210 };
export const elixirSource = "Elixir chord 0.3 on ETS, published elsewhere, other hardware: an orientation, no comparison";
