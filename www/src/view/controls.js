/** What is done to all phones: some life, one more of them, a slower network. */
import { element } from "./element.js";

export class Controls {
  #jam;
  #join;

  /** @param {{ latency: number, onJam: () => void, onJoin: () => void, onLatency: (milliseconds: number) => void }} options */
  constructor(node, { latency, onJam, onJoin, onLatency }) {
    this.#jam = element("button", { type: "button", id: "jam", className: "primary", onclick: onJam });
    this.#join = element("button", { type: "button", id: "join", onclick: onJoin });
    const value = element("output", {}, `${latency} ms`);
    const range = element("input", { type: "range", id: "latency", min: 0, max: 2000, step: 20, value: latency });
    range.addEventListener("input", () => {
      value.value = `${range.value} ms`;
      onLatency(Number(range.value));
    });
    node.append(element("label", { className: "latency", for: "latency" }, "Round trip", range, value), this.#join, this.#jam);
    this.jamming(false);
  }

  jamming(isOn) {
    this.#jam.textContent = isOn ? "Stop" : "Jam for 8 seconds";
  }

  /** Who could join next, if anybody. */
  next(player) {
    this.#join.hidden = player === undefined;
    this.#join.textContent = player === undefined ? "" : `Add ${player.name}’s phone`;
  }
}
