/**
 * What is there once, whichever entries of the package are imported: `chord-sync` itself, and what the others and the scripts for shared stores use
 * of it. The tests reach through it to break the engine.
 */
export { longestDelay } from "./deadline.js";
export { memory } from "./editions/memory.js";
export { kindOf, quote } from "./error.js";
export { parseFrozen } from "./frozen.js";
export { checkWellFormed } from "./id.js";
export * from "./index.js";
export { loadBy } from "./module.js";
export { backendOf, databaseOf, fieldsOf } from "./options.js";
export { unref } from "./unref.js";
