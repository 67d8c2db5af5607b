/** Deno: without the permission to read files, which nobody should have to give for this. */
export { load } from "./inline.js";
