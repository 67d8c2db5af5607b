import { Chord } from "./chord.js";

globalThis.outcomes = Chord.open().then(
  () => "opened",
  ({ name, code, message }) => ({ name, code, message }),
);
