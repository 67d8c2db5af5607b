/** What one version changed, readably: `formatDelta` in its default format, a line for each change. */
import { element } from "./element.js";
import { bytesOf } from "../bytes.js";
import { count, size, time } from "./words.js";

const NOTHING = Symbol("nothing");
const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));

function side(tag, value) {
  return value === NOTHING ? [] : [element(tag, {}, text(value))];
}

/** `[path, old, new]` of each change; edits of an array are one line each. */
function linesOf({ key, action, value, oldValue, edits }) {
  const path = [key].flat();
  if (action !== "edited") {
    return [[path, action === "added" ? NOTHING : oldValue, action === "removed" ? NOTHING : value]];
  }
  return edits.map(({ index, removed, added, delta }) => {
    if (delta !== undefined) return [[...path, index], NOTHING, delta];
    const part = (items) => (items.length === 0 ? NOTHING : items.length === 1 ? items[0] : items);
    return [[...path, index], part(removed), part(added)];
  });
}

function line([path, old, value]) {
  const steps = path.flatMap((step, index) => (index === 0 ? [String(step)] : [element("i", {}, "›"), String(step)]));
  return element(
    "div",
    { className: "change" },
    element("dt", {}, ...steps),
    element("dd", {}, ...side("del", old), ...side("ins", value)),
  );
}

export class Diff {
  #chord;
  #title = element("h2", { id: "diff-title" });
  #facts = element("p", { className: "facts" });
  #list = element("dl", { className: "changes", tabIndex: 0, role: "group", "aria-labelledby": "diff-title" });
  #latest;
  #shown;

  /** `onLatest()` hears that the newest version is to be followed again. */
  constructor(node, chord, onLatest) {
    this.#chord = chord;
    this.#latest = element("button", { type: "button", className: "quiet", onclick: onLatest }, "Follow the latest");
    node.append(element("div", { className: "heading" }, element("div", {}, this.#title, this.#facts), this.#latest), this.#list);
  }

  /** @param {import("chord-sync").DeltaRecord | undefined} record */
  update(record, author, isLatest) {
    this.#latest.hidden = isLatest;
    if (record?.revision === this.#shown && record !== undefined) return;
    this.#shown = record?.revision;
    if (record === undefined) {
      this.#title.textContent = "No history";
      this.#facts.textContent = "Cleanup took every delta. The state is all there; the next change starts a new history.";
      this.#list.replaceChildren();
      return;
    }
    const { contextId, version, delta, insertedAt } = record;
    const { changes } = this.#chord.formatDelta(delta, { contextId, version });
    // Who made a change is in the delta as well, and is said in the line above.
    const shown = changes.filter(({ key }) => [key].flat()[0] !== "edits");
    this.#title.textContent = `Version ${version}`;
    this.#facts.textContent = [author ?? "the server", time(insertedAt), count(shown.length, "change"), size(bytesOf(delta))].join(" · ");
    this.#list.replaceChildren(...shown.flatMap(linesOf).map(line));
    this.#list.scrollTop = 0;
  }
}
