/** `tests/js/glue.js` inside a browser: in a bundle a file is one module, however it was named. */
import { memory } from "../../../node_modules/chord-sync/dist/shared.js";

export const { glue } = memory;
