/** Random edits on every phone, for those who would rather watch. */
import * as setlist from "./setlist.js";

const BEAT = 180;

const pick = (list) => list[Math.floor(Math.random() * list.length)];

const NOTES = [
  "Trumpet mic is hot",
  "Skip the long intro",
  "Two choruses each",
  "Cut the lights on the last bar",
  "Slower than last night",
];

function randomEdit(view) {
  const id = pick(view.setlist);
  const entry = view.songs[id];
  const dice = Math.random();
  if (dice < 0.3) return setlist.transpose(id, entry);
  if (dice < 0.5) return setlist.shout();
  if (dice < 0.7) return setlist.play(id);
  if (dice < 0.86) return entry.struck ? setlist.unstrike(id) : setlist.strike(id);
  if (dice < 0.94) return view.note === undefined ? setlist.writeNote(pick(NOTES)) : setlist.clearNote();
  const title = view.setlist.length < 14 ? setlist.suggestion(view) : undefined;
  return title === undefined ? setlist.shout() : setlist.addSong(title, view);
}

/** Edits a random phone at every beat for so many milliseconds, or until the signal aborts. */
export async function jam(devices, milliseconds, signal) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end && !signal.aborted) {
    const device = pick(devices().filter(({ view }) => view !== null));
    // Not awaited: a round trip takes longer than a beat.
    device?.edit(randomEdit(device.view));
    await new Promise((resolve) => setTimeout(resolve, BEAT));
  }
}
