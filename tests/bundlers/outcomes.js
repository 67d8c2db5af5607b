/** What the program in `program/` gives when it runs for the first time in an origin, and the second time. */
const memory = { type: "delta", context: { status: "full", members: ["ada"] } };

export const first = { memory, database: { found: null, version: 2, type: "full_context" } };
export const second = { memory, database: { found: { count: 1 }, version: 3, type: "delta" } };
