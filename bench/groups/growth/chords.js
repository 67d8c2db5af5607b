/** Chords that are opened as they are needed, and closed together. */
export function opener(Chord) {
  const chords = [];
  return {
    async open(options) {
      const chord = await Chord.open(options);
      chords.push(chord);
      return chord;
    },
    end: () => Promise.all(chords.map((chord) => chord.close())),
  };
}
