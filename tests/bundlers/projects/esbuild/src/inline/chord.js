export { Chord, increment } from "chord-sync/inline";
export const options = {};
