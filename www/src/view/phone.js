/** One phone: its plug, where it stands, the set list to edit, and what arrived. */
import * as edits from "../setlist.js";
import { Arrivals } from "./arrivals.js";
import { element, setOn, toggle } from "./element.js";
import { SetListView } from "./setlist.js";
import { count } from "./words.js";

export class Phone {
  #device;
  #state = element("p", { className: "state" });
  #list;
  #arrivals = new Arrivals();
  #note = element("input", { type: "text", className: "note", maxLength: 80, placeholder: "A note to the band" });
  #clear;
  #encores = element("output", { className: "encores" });
  #title = element("input", { type: "text", maxLength: 60, "aria-label": "Title of a song to add" });
  #body;
  #noted = false;

  constructor(device) {
    this.#device = device;
    const edit = (change) => device.edit(change);
    this.#list = new SetListView(edit);
    this.online = toggle("Online", (on) => this.onOnline(on));
    this.online.setAttribute("aria-label", `${device.name} is online`);
    this.#note.setAttribute("aria-label", "Note to the band");
    this.#note.addEventListener("change", () => this.#writeNote());
    this.#clear = element(
      "button",
      { type: "button", className: "quiet", "aria-label": "Remove the note", onclick: () => edit(edits.clearNote()) },
      "Clear",
    );
    this.#body = element(
      "div",
      { className: "body" },
      element("div", { className: "notes-row" }, this.#note, this.#clear),
      this.#list.node,
      this.#addForm(),
      element(
        "div",
        { className: "shouts" },
        element("span", {}, "Shouts for an encore"),
        this.#encores,
        element("button", { type: "button", className: "step", "aria-label": "One more shout", onclick: () => edit(edits.shout()) }, "+1"),
      ),
    );
    const headingId = `phone-${device.id}`;
    this.node = element(
      "article",
      { className: "phone", id: device.id, "aria-labelledby": headingId },
      element(
        "header",
        {},
        element(
          "h3",
          { id: headingId },
          element("span", { className: "tag", "aria-hidden": "true" }, device.name[0]),
          device.name,
          element("small", {}, device.part),
        ),
        this.online,
        this.#state,
      ),
      this.#body,
      element(
        "div",
        { className: "received" },
        element("h4", {}, "Arrived"),
        element("button", { type: "button", className: "quiet sync", onclick: () => device.sync() }, "Ask now"),
        this.#arrivals.node,
      ),
    );
  }

  #addForm() {
    const form = element("form", { className: "add" }, this.#title, element("button", { type: "submit", className: "quiet" }, "Add"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const title = this.#title.value.trim() || edits.suggestion(this.#device.view);
      if (title !== undefined) this.#device.edit(edits.addSong(title, this.#device.view));
      this.#title.value = "";
    });
    return form;
  }

  #writeNote() {
    const text = this.#note.value.trim();
    this.#device.edit(text === "" ? edits.clearNote() : edits.writeNote(text));
  }

  arrived(arrival) {
    this.#arrivals.add(arrival);
  }

  /** `newest` and `forgotten` are the server's: up to where it is, and up to where its history is gone. */
  update({ newest, forgotten }) {
    const { view, queue, version, link } = this.#device;
    this.node.classList.toggle("offline", !link.online);
    setOn(this.online, link.online);
    this.node.querySelector(".sync").disabled = !link.online;
    const behind = newest - version;
    const words = [version === 0 ? "nothing yet" : `version ${version}`];
    if (version > 0) words.push(behind === 0 ? "in step" : `${behind} behind${version < forgotten ? ", too far for a delta" : ""}`);
    if (queue.length > 0) words.push(`${count(queue.length, "edit waits", "edits wait")}`);
    this.#state.textContent = words.join(" · ");
    this.node.dataset.version = version;
    this.#body.hidden = view === null || view === undefined;
    if (!this.#body.hidden) this.#showView(view, queue);
  }

  #showView(view, queue) {
    // What was there when the page opened is no news.
    const flash = this.#noted ? highlight : () => {};
    this.#list.update(view, queue, flash);
    if (this.#encores.value !== String(view.encores)) flash(this.#encores);
    this.#encores.value = String(view.encores);
    const note = view.note ?? "";
    // Never under somebody's fingers.
    if (document.activeElement !== this.#note && this.#note.value !== note) {
      this.#note.value = note;
      flash(this.#note);
    }
    this.#clear.disabled = note === "";
    this.#title.placeholder = edits.suggestion(view) ?? "One more song";
    this.#noted = true;
  }
}

function highlight(node) {
  node.classList.remove("changed");
  // Reading the layout lets the animation start again.
  void node.offsetWidth;
  node.classList.add("changed");
}
