// The text that tells a client of one change.

/** `(id, result) => promise of a text`: what Chord would send to who has the version before. */
export function messageMaker(chord) {
  return (id, { version }) => chord.syncContextText(id, version - 1);
}

/** The delta in such a text. */
export const deltaOf = (text) => JSON.parse(text).delta;
