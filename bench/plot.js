// How many times as long as Chord each peer takes, as a picture: an SVG written by hand that follows the reader's light or dark theme.
// Distances are logarithmic: equal ones are equal ratios. A dot is what one runtime measured, the large one with its figure the first of them.

import { withoutPatch } from "./figures.js";
import { figure } from "./report.js";

const WIDTH = 880;
const LEFT = 210;
const RIGHT = WIDTH - 40;
const ROW = 30;
const FIRST = -0.35;
const LAST = 3.1;

const css = `
  text { font: 13px ui-sans-serif, system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; } .quiet { fill: #59636e; font-size: 12px; } .value { font-weight: 600; font-variant-numeric: tabular-nums; }
  .paper { fill: #ffffff; stroke: #d1d9e0; } .grid { stroke: #e4e8ec; } .even { stroke: #4f46e5; stroke-width: 2; } .span { stroke: #c3c9d0; stroke-width: 2; }
  .first { fill: #1f2328; } .other { fill: #9aa4af; } .ours { fill: #4f46e5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .quiet { fill: #9198a1; } .paper { fill: #0d1117; stroke: #3d444d; } .grid { stroke: #262c36; }
    .even { stroke: #8b84ff; } .span { stroke: #3d444d; } .first { fill: #e6edf3; } .other { fill: #6e7781; } .ours { fill: #a29cff; }
  }`;

const panels = [
  { group: "update", title: "One field of 50 KB told as a change, and the message for clients" },
  { group: "set", title: "50 KB handed over whole, one field changed, and the message for clients" },
  { group: "room", title: "A message appended to a room of 10,000, and the message for clients" },
];

/** The picture of the results by runtime (see `results.js`), as the text of an SVG file. */
export function plot(results) {
  const measured = Object.values(results).filter((result) => result?.groups !== undefined);
  const parts = [];
  let y = 40;
  for (const { group, title } of panels) {
    const rows = rowsOf(measured, group);
    if (rows.length === 0) continue;
    parts.push(text(28, y, title, "title"), panel(rows, y + 18));
    y += 18 + rows.length * ROW + 62;
  }
  const [first, ...others] = measured.map(({ runtime }) => withoutPatch(runtime));
  const machine = measured[0]?.machine ?? "no machine";
  const legend = [
    `<circle class="first" cx="34" cy="${y - 4}" r="5.5"/>`,
    text(48, y, first === undefined ? "nothing measured" : `${first}, with its figure`, "quiet"),
    ...(others.length > 0
      ? [`<circle class="other" cx="${LEFT + 14}" cy="${y - 4}" r="4"/>`, text(LEFT + 26, y, others.join(", "), "quiet")]
      : []),
    text(28, y + 22, `How many times as long as Chord each takes, ratios of one run each on ${machine}; logarithmic.`, "quiet"),
  ];
  const height = y + 44;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>How many times as long as Chord its peers take</title>
<style>${css}
</style>
<rect class="paper" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="10"/>
${[...parts, ...legend].join("\n")}
</svg>
`;
}

/** `{ name, ratios }` for each peer of a group that is the counterpart of Chord's work there, the slowest last. */
function rowsOf(measured, group) {
  const peers = new Map();
  for (const result of measured) {
    for (const { id, peer, ratio } of result.groups[group]?.works ?? []) {
      // What has another id than the peer's name does some other work.
      if (peer === undefined || id !== peer) continue;
      peers.set(peer, [...(peers.get(peer) ?? []), ratio]);
    }
  }
  return [...peers].map(([name, ratios]) => ({ name, ratios })).sort((a, b) => a.ratios[0] - b.ratios[0]);
}

const at = (ratio) => LEFT + ((RIGHT - LEFT) * (Math.log10(ratio) - FIRST)) / (LAST - FIRST);

function panel(rows, top) {
  const bottom = top + rows.length * ROW;
  const ticks = [1, 10, 100, 1000].map((tick) => {
    const x = at(tick).toFixed(1);
    const line = `<line class="${tick === 1 ? "even" : "grid"}" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}"/>`;
    return `${line}\n${text(x, bottom + 16, tick === 1 ? "Chord" : `${tick.toLocaleString("en-US")} ×`, tick === 1 ? "quiet ours" : "quiet", "middle")}`;
  });
  const lines = rows.map(({ name, ratios }, i) => {
    const y = top + i * ROW + ROW / 2;
    const xs = ratios.map(at);
    const [low, high] = [Math.min(...xs), Math.max(...xs)];
    return [
      text(LEFT - 14, y + 4, name, "", "end"),
      `<line class="span" x1="${low.toFixed(1)}" x2="${high.toFixed(1)}" y1="${y}" y2="${y}"/>`,
      ...xs.slice(1).map((x) => `<circle class="other" cx="${x.toFixed(1)}" cy="${y}" r="4"/>`),
      `<circle class="first" cx="${xs[0].toFixed(1)}" cy="${y}" r="5.5"/>`,
      text(high + 12, y + 4, `${figure(ratios[0])} ×`, "value"),
    ].join("\n");
  });
  return [...ticks, ...lines].join("\n");
}

function text(x, y, content, kind = "", anchor = "start") {
  const escaped = content.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const place = typeof x === "number" ? x.toFixed(1) : x;
  return `<text x="${place}" y="${y}"${kind && ` class="${kind}"`}${anchor === "start" ? "" : ` text-anchor="${anchor}"`}>${escaped}</text>`;
}
