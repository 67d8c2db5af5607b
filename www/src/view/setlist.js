/** The set list on a phone. Rows stay in place and are redrawn only when their song has changed, so that focus and flashes are right. */
import * as edits from "../setlist.js";
import { element } from "./element.js";

class Row {
  #id;
  #edit;
  #song;
  #key;

  constructor(id, edit) {
    this.#id = id;
    this.#edit = edit;
    this.play = element("button", { type: "button", className: "play", onclick: () => edit(edits.play(id)) });
    this.title = element("span", { className: "title" });
    this.length = element("span", { className: "length" });
    this.key = element("button", { type: "button", className: "key", onclick: () => edit(edits.transpose(id, this.#song)) });
    this.strike = element("button", { type: "button", className: "strike", onclick: () => this.#strike() });
    this.node = element("li", { className: "song" }, this.play, this.title, this.length, this.key, this.strike);
  }

  #strike() {
    this.#edit(this.#song.struck ? edits.unstrike(this.#id) : edits.strike(this.#id));
  }

  /** Gives whether what it shows is new. */
  update(song, isPlaying, isWaiting) {
    const text = JSON.stringify([song, isPlaying]);
    this.node.classList.toggle("waiting", isWaiting);
    if (text === this.#key) return false;
    const isNew = this.#key !== undefined;
    this.#key = text;
    this.#song = song;
    const { title, key, length, lead, cue, struck } = song;
    this.node.classList.toggle("struck", struck === true);
    this.node.classList.toggle("playing", isPlaying);
    this.play.setAttribute("aria-label", isPlaying ? `${title}, now playing` : `Play ${title}`);
    this.play.setAttribute("aria-pressed", String(isPlaying));
    this.title.replaceChildren(element(struck ? "s" : "span", {}, title), element("small", {}, `${lead} · ${cue}`));
    this.length.textContent = length;
    this.key.textContent = key;
    this.key.setAttribute("aria-label", `${title} is in ${key}; a semitone up`);
    this.strike.setAttribute("aria-label", struck ? `Put ${title} back` : `Strike ${title}`);
    return isNew;
  }
}

/** The paths an edit touches, as far as they are of one song. */
const songsOf = ({ set, remove = [] }) => [
  ...Object.keys(set?.songs ?? {}),
  ...remove.filter(([key]) => key === "songs").map((path) => path[1]),
];

export class SetListView {
  #rows = new Map();
  #edit;
  node = element("ol", { className: "songs" });

  constructor(edit) {
    this.#edit = edit;
  }

  /** `flash(node)` is called for what has changed. */
  update({ setlist, songs, playing }, queue, flash) {
    const waiting = new Set(queue.flatMap(({ edit }) => [...songsOf(edit), edit.set?.playing]));
    const shown = [...new Set(setlist)].filter((id) => songs[id] !== undefined);
    for (const [id, row] of this.#rows) {
      if (shown.includes(id)) continue;
      row.node.remove();
      this.#rows.delete(id);
    }
    for (const [index, id] of shown.entries()) {
      const isAdded = !this.#rows.has(id);
      if (isAdded) this.#rows.set(id, new Row(id, this.#edit));
      const row = this.#rows.get(id);
      const hasChanged = row.update(songs[id], playing === id, waiting.has(id));
      if (this.node.children[index] !== row.node) this.node.insertBefore(row.node, this.node.children[index] ?? null);
      if (hasChanged || isAdded) flash(row.node);
    }
  }
}
