/** Bytes sent so far against what full contexts would have been, answer by answer. Plain SVG. */
import { drawing, element } from "./element.js";
import { ANSWERS, count, size } from "./words.js";

const WIDTH = 420;
const HEIGHT = 190;
const LEFT = 44;
const BOTTOM = 22;
const TOP = 10;

/** A round number at or above `value`, whose half is round, too. */
function ceiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 3, 4, 5, 6, 8, 10].map((factor) => factor * power).find((round) => round >= value);
}

function plot(points) {
  const most = ceiling(Math.max(1000, points.at(-1)?.[2] ?? 0, points.at(-1)?.[1] ?? 0));
  const last = Math.max(8, points.at(-1)?.[0] ?? 0);
  const x = (answer) => LEFT + ((WIDTH - LEFT) * answer) / last;
  const y = (bytes) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * bytes) / most;
  const path = (column) => `M${x(0)} ${y(0)}${points.map((point) => `L${x(point[0]).toFixed(1)} ${y(point[column]).toFixed(1)}`).join("")}`;
  const lines = [0, 0.5, 1].flatMap((share) => [
    drawing("line", { class: "grid", x1: LEFT, x2: WIDTH, y1: y(most * share), y2: y(most * share) }),
    drawing(
      "text",
      { class: "scale", x: LEFT - 8, y: y(most * share) + 4, "text-anchor": "end" },
      share === 0 ? "0" : size(most * share).replace(".0", ""),
    ),
  ]);
  const end = points.at(-1);
  const saved = end === undefined ? [] : [drawing("path", { class: "saved", d: `${path(2)}L${x(end[0])} ${y(0)}Z` })];
  const ticks = points.map(([answer, , , type]) =>
    drawing("line", {
      class: `tick ${type}`,
      x1: x(answer),
      x2: x(answer),
      y1: HEIGHT - BOTTOM + 5,
      y2: HEIGHT - BOTTOM + (type === "no_change" ? 9 : 14),
    }),
  );
  return [
    ...lines,
    ...saved,
    drawing("path", { class: "whole", d: path(2) }),
    drawing("path", { class: "sent", d: path(1) }),
    ...(end === undefined ? [] : [drawing("circle", { class: "sent-end", cx: x(end[0]), cy: y(end[1]), r: 3.5 })]),
    ...ticks,
  ];
}

export class Chart {
  #share = element("p", { className: "share" });
  #sent = element("strong");
  #whole = element("strong");
  #svg = drawing("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-labelledby": "ledger-title" });
  #types = element("ul", { className: "types" });

  constructor(node) {
    node.append(
      element("div", { className: "heading" }, element("h2", { id: "ledger-title" }, "Bytes sent"), this.#share),
      element(
        "p",
        { className: "legend" },
        element("span", { className: "sent" }, this.#sent, " with Chord"),
        element("span", { className: "whole" }, this.#whole, " in full each time"),
      ),
      this.#svg,
      this.#types,
    );
  }

  /** @param {import("../ledger.js").Ledger["state"]} ledger */
  update({ sent, whole, types, points, answers }) {
    this.#sent.textContent = size(sent);
    this.#whole.textContent = size(whole);
    this.#share.textContent = whole > sent ? `${Math.round((1 - sent / whole) * 100)} % less` : "";
    this.#svg.replaceChildren(
      drawing("title", {}, `${size(sent)} sent in ${count(answers, "answer")}; full contexts would have been ${size(whole)}`),
      ...plot(points),
    );
    this.#types.replaceChildren(
      ...Object.entries(ANSWERS).map(([type, name]) =>
        element("li", { className: type }, element("b", {}, String(types[type])), ` ${name}`),
      ),
    );
  }
}
