// The figures as a picture, written by hand: an SVG that follows the reader's light or dark theme and needs nothing to be drawn.

import { micro } from "./report.js";
import { elixirSource } from "./reference.js";

const WIDTH = 880;
const LABEL = 300;
const LEFT = LABEL + 36;
const RIGHT = WIDTH - 92;
const ROW = 34;

const css = `
  text { font: 13px ui-sans-serif, system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; } .quiet { fill: #636c76; font-size: 12px; } .value { font-variant-numeric: tabular-nums; }
  .paper { fill: #ffffff; stroke: #d1d9e0; } .grid { stroke: #e4e8ec; } .link { stroke: #b9c0c8; stroke-width: 2; }
  .ours { fill: #4f46e5; } .theirs { fill: #9aa4af; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .quiet { fill: #9198a1; } .paper { fill: #0d1117; stroke: #3d444d; }
    .grid { stroke: #262c36; } .link { stroke: #4b535d; } .ours { fill: #8b84ff; } .theirs { fill: #6e7781; }
  }`;

/** Both charts, one below the other, as the text of an SVG file. */
export function plot({ machine, rounds, rows, rivals }) {
  const setA = rows.filter(({ id }) => id.startsWith("set A"));
  const bars = [...setA.map((row) => ({ ...row, kind: "ours" })), ...rivals.map((row) => ({ ...row, kind: "theirs" }))];
  const pairs = rows.filter(({ elixir }) => elixir !== undefined);
  const second = 84 + bars.length * ROW + 48;
  const height = second + 46 + pairs.length * ROW + 66;
  const parts = [
    text(28, 40, "A context of 50 KB set as a whole", "title"),
    text(28, 62, `µs, median of ${rounds} alternating rounds; ${machine.runtime}, ${machine.cpu}`, "quiet"),
    barChart(bars, 84),
    text(28, second, "Chord beside the Elixir library it comes from", "title"),
    text(28, second + 22, `µs, logarithmic. ${elixirSource}.`, "quiet"),
    dotChart(pairs, second + 44),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>Chord benchmark</title>
<style>${css}
</style>
<rect class="paper" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="10"/>
${parts.join("\n")}
</svg>
`;
}

/** Horizontal bars from zero, their length the time. */
function barChart(rows, top) {
  const longest = Math.max(...rows.map((row) => row.median));
  const length = (value) => ((RIGHT - LEFT) * value) / longest;
  return rows
    .map((row, i) => {
      const y = top + i * ROW;
      return [
        text(LABEL + 24, y + 17, row.name, "", "end"),
        `<rect class="${row.kind}" x="${LEFT}" y="${y + 2}" width="${length(row.median).toFixed(1)}" height="22" rx="3"/>`,
        text(LEFT + length(row.median) + 8, y + 17, micro(row.median), "value"),
      ].join("\n");
    })
    .join("\n");
}

/** A pair of dots a row on a logarithmic axis: equal distances are equal ratios. */
function dotChart(rows, top) {
  const values = rows.flatMap((row) => [row.median, row.elixir]);
  const first = Math.min(-2, Math.floor(Math.log10(Math.min(...values) / 2)));
  const last = Math.max(3, Math.ceil(Math.log10(Math.max(...values))));
  const x = (value) => LEFT + ((RIGHT - LEFT) * (Math.log10(value) - first)) / (last - first);
  const bottom = top + rows.length * ROW;
  const parts = [];
  for (let power = first; power <= last; power += 1) {
    const at = x(10 ** power).toFixed(1);
    parts.push(`<line class="grid" x1="${at}" x2="${at}" y1="${top - 4}" y2="${bottom}"/>`);
    parts.push(text(at, bottom + 18, String(Number((10 ** power).toPrecision(1))), "quiet", "middle"));
  }
  for (const [i, row] of rows.entries()) {
    const y = top + i * ROW + 13;
    const [ours, theirs] = [x(row.median), x(row.elixir)];
    const oursLeft = ours <= theirs;
    parts.push(
      text(LABEL + 24, y + 4, row.name, "", "end"),
      `<line class="link" x1="${ours.toFixed(1)}" x2="${theirs.toFixed(1)}" y1="${y}" y2="${y}"/>`,
      `<circle class="theirs" cx="${theirs.toFixed(1)}" cy="${y}" r="6"/>`,
      `<circle class="ours" cx="${ours.toFixed(1)}" cy="${y}" r="6"/>`,
      text(ours + (oursLeft ? -11 : 11), y + 4, micro(row.median), "value", oursLeft ? "end" : "start"),
      text(theirs + (oursLeft ? 11 : -11), y + 4, String(row.elixir), "value quiet", oursLeft ? "start" : "end"),
    );
  }
  const legend = bottom + 42;
  parts.push(
    `<circle class="ours" cx="${LEFT + 6}" cy="${legend - 4}" r="6"/>`,
    text(LEFT + 20, legend, "Chord, this run", "quiet"),
    `<circle class="theirs" cx="${LEFT + 146}" cy="${legend - 4}" r="6"/>`,
    text(LEFT + 160, legend, "Elixir, elsewhere", "quiet"),
  );
  return parts.join("\n");
}

function text(x, y, content, kind = "", anchor = "start") {
  const escaped = content.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  return `<text x="${typeof x === "number" ? x.toFixed(1) : x}" y="${y}"${kind && ` class="${kind}"`}${anchor === "start" ? "" : ` text-anchor="${anchor}"`}>${escaped}</text>`;
}
