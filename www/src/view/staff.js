/** The timeline: versions as notes on a staff, phones as letters below, merged deltas as slurs. */
import { bytesOf } from "../bytes.js";
import { drawing, element } from "./element.js";
import { count, size } from "./words.js";

// Positions from below the lowest line to above the highest, as on paper.
const POSITIONS = 12;
const LEAST = 70;
const MOST = 420;

/** The higher, the more bytes; on a logarithmic scale, as pitch is. */
function position(bytes) {
  const share = Math.log(Math.max(bytes, LEAST) / LEAST) / Math.log(MOST / LEAST);
  return Math.min(POSITIONS, 1 + Math.round(share * (POSITIONS - 1)));
}

export class Staff {
  #list = element("ol", { className: "notes" });
  #slurs = drawing("svg", { class: "slurs", "aria-hidden": "true" });
  #forgotten = element("li", { className: "forgotten" });
  #notes = new Map();
  #lastDeltas = new Map();

  /** `onSelect(version)` hears which version to show. */
  constructor(node, onSelect) {
    this.node = node;
    this.onSelect = onSelect;
    const sheet = element("div", { className: "sheet" }, this.#slurs, this.#list);
    node.append(sheet);
    this.#list.append(this.#forgotten);
    this.#list.addEventListener("keydown", (event) => this.#move(event));
    new ResizeObserver(() => this.#drawSlurs()).observe(this.#list);
  }

  /** A phone got several versions as one delta: its slur takes the place of the one before. */
  slur(device, { fromVersion, version, type }) {
    if (type === "delta" && version - fromVersion > 1) this.#lastDeltas.set(device.id, { from: fromVersion, to: version, fresh: true });
  }

  /** Draws the history, with where each device stands. */
  update(history, devices, authorOf, isExpired) {
    const atEnd = this.node.scrollLeft + this.node.clientWidth >= this.node.scrollWidth - 80;
    const kept = new Set(history.records.map(({ version }) => version));
    for (const [version, note] of this.#notes) {
      if (kept.has(version)) continue;
      note.remove();
      this.#notes.delete(version);
    }
    for (const record of history.records) {
      if (!this.#notes.has(record.version)) this.#add(record, authorOf(record));
      this.#notes.get(record.version).classList.toggle("expired", isExpired(record));
    }
    this.#forgotten.hidden = history.forgotten === 0;
    const place = (device) => this.#notes.get(device.version) ?? this.#forgotten;
    this.#forgotten.replaceChildren(
      element("span", { className: "rest" }, history.forgotten === 1 ? "v1 forgotten" : `v1–${history.forgotten} forgotten`),
      element("span", { className: "holders" }),
    );
    for (const note of [...this.#notes.values(), this.#forgotten]) note.querySelector(".holders").replaceChildren();
    for (const device of devices) {
      const tag = element("span", { className: device.link.online ? "tag" : "tag offline", title: device.name }, device.name[0]);
      if (device.version > 0) place(device).querySelector(".holders").append(tag);
    }
    if (atEnd) this.node.scrollLeft = this.node.scrollWidth;
    this.#drawSlurs();
  }

  select(version) {
    const tabStop = this.#notes.has(version) ? version : [...this.#notes.keys()].at(-1);
    for (const [each, note] of this.#notes) {
      const button = note.querySelector("button");
      button.setAttribute("aria-pressed", String(each === version));
      button.tabIndex = each === tabStop ? 0 : -1;
    }
  }

  #add({ version, delta }, author) {
    const bytes = bytesOf(delta);
    const at = position(bytes);
    const button = element(
      "button",
      {
        type: "button",
        className: at > POSITIONS / 2 ? "note stem-down" : "note",
        "aria-label": `Version ${version}${author === undefined ? "" : ` by ${author}`}, ${size(bytes)}`,
        "aria-pressed": "false",
        tabIndex: -1,
        onclick: () => this.onSelect(version),
      },
      element("span", { className: "head" }),
      element("span", { className: "number" }, String(version)),
    );
    button.style.setProperty("--position", at);
    const note = element("li", { className: version === 1 ? "first" : "" }, button, element("span", { className: "holders" }));
    this.#notes.set(version, note);
    this.#list.append(note);
  }

  /** Left, right, home and end go from note to note: one stop for Tab, however long the history. */
  #move(event) {
    const versions = [...this.#notes.keys()];
    const at = versions.findIndex((version) => this.#notes.get(version).contains(event.target));
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: versions.length - 1 }[event.key];
    if (to === undefined || versions[to] === undefined) return;
    event.preventDefault();
    this.onSelect(versions[to]);
    this.#notes.get(versions[to]).querySelector("button").focus();
  }

  #drawSlurs() {
    const { offsetWidth: width, offsetHeight: height } = this.#list;
    this.#slurs.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#slurs.setAttribute("width", width);
    this.#slurs.setAttribute("height", height);
    const paths = [];
    for (const slur of this.#lastDeltas.values()) {
      const [from, to] = [slur.from, slur.to].map((version) => this.#notes.get(version));
      if (from === undefined || to === undefined) continue;
      const [x1, x2] = [from, to].map((note) => note.offsetLeft + note.offsetWidth / 2);
      const rise = Math.min(34, 10 + (x2 - x1) / 14);
      const base = 40;
      paths.push(
        drawing(
          "path",
          {
            class: slur.fresh ? "slur fresh" : "slur",
            // Out along one curve and back along a flatter one: thick in the middle, as engraved.
            d: `M${x1} ${base}C${x1 + 14} ${base - rise} ${x2 - 14} ${base - rise} ${x2} ${base}C${x2 - 14} ${base - rise + 4} ${x1 + 14} ${base - rise + 4} ${x1} ${base}Z`,
          },
          drawing("title", {}, `One delta from version ${slur.from} to ${slur.to}: ${count(slur.to - slur.from, "change")}`),
        ),
      );
      slur.fresh = false;
    }
    this.#slurs.replaceChildren(...paths);
  }
}
