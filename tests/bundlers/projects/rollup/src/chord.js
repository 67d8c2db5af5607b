export { Chord, increment } from "chord-sync";
export const options = {};
