/** Bun: as Node does, whose files it knows. */
export { load } from "./node.js";
