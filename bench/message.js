// The text that tells a client of one change. With `syncContextText` it is asked for as text; without, the result's delta is written out.

/** `(id, result) => text`, or a promise of it: what Chord would send to who has the version before. */
export function messageMaker(chord) {
  if (typeof chord.syncContextText !== "function") return (_id, { delta }) => JSON.stringify(delta);
  return (id, { version }) => chord.syncContextText(id, version - 1);
}

/** The delta in such a text. */
export const deltaOf = (text) => JSON.parse(text).delta;
