// Workers have no import map: there, and wherever else one isn't wanted, the entry for browsers is a path.
export { Chord, increment } from "../../node_modules/chord-sync/dist/load/browser.js";
export const options = {};
