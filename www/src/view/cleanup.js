/** Cleanup at work: what the server keeps, time to let pass, and what each run took away. */
import { CLEANUP_EVERY, KEPT } from "../server.js";
import { element, setOn, toggle } from "./element.js";
import { count, time } from "./words.js";

const SKIP = 5;

function outcome({ versions }) {
  if (versions === undefined) return "nothing to do";
  const [first, last] = versions;
  return first === last ? `v${first} went` : `v${first}–${last} went, ${count(last - first + 1, "delta")}`;
}

export class CleanupView {
  #runs = element("ol", { className: "runs" });
  #server;

  /** @param {{ skip: (minutes: number) => void, clean: () => void, serve: (on: boolean) => void }} actions */
  constructor(node, { skip, clean, serve }) {
    this.#server = toggle(`Cleanup server, every ${CLEANUP_EVERY / 1000} s`, serve);
    node.append(
      element("div", { className: "heading" }, element("h2", { id: "cleanup-title" }, "Cleanup")),
      element(
        "p",
        {},
        `The server keeps its newest ${KEPT.deltas} deltas, each for ${KEPT.minutes} minutes. Who comes later gets the full context.`,
      ),
      element(
        "div",
        { className: "controls" },
        element("button", { type: "button", id: "skip-time", onclick: () => skip(SKIP) }, `Let ${SKIP} minutes pass`),
        element("button", { type: "button", id: "clean", onclick: clean }, "Clean up now"),
        this.#server,
      ),
      this.#runs,
    );
  }

  update({ runs, isServing }) {
    setOn(this.#server, isServing);
    this.#runs.replaceChildren(
      ...runs.map((run) =>
        element(
          "li",
          { className: run.versions === undefined ? "idle" : "" },
          element("time", {}, time(run.at)),
          element("span", {}, run.by === "server" ? "by the server" : "by hand"),
          element("span", {}, outcome(run)),
        ),
      ),
    );
  }
}
