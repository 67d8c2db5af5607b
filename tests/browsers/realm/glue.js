/** `tests/js/glue.js` inside a browser: in a bundle a file is one module, however it was named. */
export * as glue from "../../../node_modules/chord-sync/dist/glue/chord.js";
