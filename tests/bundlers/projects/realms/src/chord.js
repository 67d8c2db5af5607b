// Workers have no import map, and a strict policy allows pages none either.
export { Chord, increment } from "../node_modules/chord-sync/dist/load/browser.js";
export const options = {};
