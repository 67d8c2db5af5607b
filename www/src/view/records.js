/** What lies in each database, as IndexedDB has it. Read only while it is looked at. */
import { storedIn } from "../records.js";
import { databaseName } from "../storage.js";
import { element } from "./element.js";
import { count, size } from "./words.js";

const PAUSE = 400;
const PREVIEW = 160;

/** A stored value as text; databases may keep text as bytes, in keys, too. */
function readable(value) {
  if (typeof value === "string") return value;
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder().decode(value);
  return JSON.stringify(value, (_, part) => (part instanceof ArrayBuffer || ArrayBuffer.isView(part) ? readable(part) : part));
}

const keyText = (key) => (Array.isArray(key) ? key.map(readable).join(" · ") : readable(key));

function preview(value) {
  const text = readable(value);
  return text.length > PREVIEW ? `${text.slice(0, PREVIEW)}…` : text;
}

const row = ({ key, value, bytes }) =>
  element(
    "tr",
    {},
    element("th", { scope: "row" }, keyText(key)),
    element("td", { className: "preview" }, preview(value)),
    element("td", { className: "bytes" }, size(bytes)),
  );

function table({ name, records }) {
  const total = records.reduce((sum, { bytes }) => sum + bytes, 0);
  return element(
    "div",
    { className: "store" },
    element("h3", {}, name, element("small", {}, `${count(records.length, "record")}, ${size(total)}`)),
    element(
      "div",
      { className: "scroll", tabIndex: 0, role: "group", "aria-label": name },
      element("table", {}, element("tbody", {}, ...records.map(row))),
    ),
  );
}

export class Records {
  #choice = element("select", { "aria-label": "Whose database" });
  #stores = element("div", { className: "stores" });
  #facts = element("p", { className: "facts" });
  #details;
  #timer;

  constructor(node) {
    this.#choice.addEventListener("change", () => this.#read());
    this.#details = element(
      "details",
      {},
      element("summary", {}, element("h2", { id: "records-title" }, "Stored records")),
      element("div", { className: "heading" }, this.#facts, this.#choice),
      this.#stores,
    );
    this.#details.addEventListener("toggle", () => this.#read());
    node.append(this.#details);
  }

  /** @param {{ id: string, name: string }[]} owners */
  offer(owners) {
    const chosen = this.#choice.value;
    this.#choice.replaceChildren(...owners.map(({ id, name }) => element("option", { value: id, selected: id === chosen }, name)));
  }

  /** Something was written. */
  changed() {
    if (!this.#details.open) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#read();
    }, PAUSE);
  }

  async #read() {
    if (!this.#details.open) return;
    const name = databaseName(this.#choice.value);
    const stores = await storedIn(name);
    if (stores === undefined) {
      this.#facts.textContent = "Nothing is stored: these contexts are in memory.";
      this.#stores.replaceChildren();
      return;
    }
    const records = stores.flatMap((store) => store.records);
    this.#facts.textContent = `${name}: ${count(stores.length, "store")}, ${count(records.length, "record")}, ${size(records.reduce((sum, { bytes }) => sum + bytes, 0))}`;
    this.#stores.replaceChildren(...stores.map(table));
  }
}
