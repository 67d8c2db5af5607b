/** The sample context: a band's set list for tonight, and everything a phone can do to it. */

export const CONTEXT = "setlist:tonight";

const REPERTOIRE = [
  ["So What", "Dm", "9:22", "trumpet", "bass alone, eight bars"],
  ["Autumn Leaves", "Gm", "6:10", "piano", "rubato first chorus"],
  ["Blue in Green", "Dm", "5:37", "trumpet", "Harmon mute, brushes"],
  ["Take Five", "E♭m", "5:24", "alto sax", "drum solo over the vamp"],
  ["Round Midnight", "E♭m", "6:41", "piano", "break into double time"],
  ["Summertime", "Am", "4:58", "voice", "voice and bass to begin"],
  ["Freddie Freeloader", "B♭", "9:46", "piano", "everybody gets two choruses"],
  ["My Favorite Things", "Em", "13:41", "soprano sax", "open vamp, watch for the nod"],
  ["All Blues", "G", "11:33", "trumpet", "tremolo until the theme"],
  ["Caravan", "Fm", "7:05", "drums", "mallets, Latin A, swing B"],
  ["Night in Tunisia", "Dm", "6:20", "trumpet", "stop for the break"],
  ["In a Sentimental Mood", "F", "4:15", "tenor sax", "piano figure throughout"],
  ["Stella by Starlight", "B♭", "5:50", "guitar", "no head at the end"],
  ["Naima", "A♭", "4:21", "tenor sax", "pedal in the bass"],
  ["Lush Life", "D♭", "5:25", "voice", "verse out of time"],
  ["Blue Bossa", "Cm", "5:15", "trumpet", "trade fours with the drums"],
  ["Cantaloupe Island", "Fm", "5:31", "piano", "riff four times first"],
  ["Misty", "E♭", "4:50", "voice", "only if they ask for it"],
];
const OPENING = 8;
const KEYS = ["C", "D♭", "D", "E♭", "E", "F", "G♭", "G", "A♭", "A", "B♭", "B"];

const slug = (title) =>
  title
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "") || "untitled";
const song = ([title, key, length, lead, cue]) => ({ title, key, length, lead, cue });

/** The state the server starts with. */
export function opening() {
  const songs = REPERTOIRE.slice(0, OPENING).map((entry) => [slug(entry[0]), song(entry)]);
  return {
    show: { venue: "The Cellar", doors: "20:30", stage: "21:15" },
    playing: songs[0][0],
    encores: 0,
    note: "Mind the low beam by the stairs",
    setlist: songs.map(([id]) => id),
    songs: Object.fromEntries(songs),
    edits: {},
  };
}

/** The key a semitone above. */
export function transposed(key) {
  const minor = key.endsWith("m") ? "m" : "";
  const at = KEYS.indexOf(minor ? key.slice(0, -1) : key);
  return `${KEYS[(at + 1) % KEYS.length]}${minor}`;
}

/** A title to add next: the first of the repertoire that isn't on the list. */
export function suggestion(state) {
  return REPERTOIRE.map(([title]) => title).find((title) => state.songs[slug(title)] === undefined);
}

export const play = (id) => ({ set: { playing: id } });
export const transpose = (id, { key }) => ({ set: { songs: { [id]: { key: transposed(key) } } } });
export const strike = (id) => ({ set: { songs: { [id]: { struck: true } } } });
export const unstrike = (id) => ({ remove: [["songs", id, "struck"]] });
export const shout = () => ({ increment: [[["encores"], 1]] });
export const writeNote = (text) => ({ set: { note: text } });
export const clearNote = () => ({ remove: [["note"]] });

/** Appends a song; one that is on the list already is put back in it instead. */
export function addSong(title, state) {
  const id = slug(title);
  if (state.songs[id] !== undefined) return unstrike(id);
  const known = REPERTOIRE.find(([name]) => slug(name) === id) ?? [title, "C", "5:00", "open", "to be agreed on stage"];
  return { set: { songs: { [id]: song(known) } }, append: [[["setlist"], [id]]] };
}
