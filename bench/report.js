// What the terminal shows of one runtime.

import { bold, dim, green, red, say, table, title } from "../demo/terminal.js";
import { counterparts } from "./run.js";

const titles = {
  set: "A set as a whole, one field changed",
  update: "One field told as a change",
  small: "Small contexts",
  room: "A chat room of 10,000 messages",
  crowd: "Clients at one version, on A",
  scenarios: "The original library's scenarios, a batch",
  mime: "Releases of the MIME database, the whole series",
};

/** Three figures that count. */
export function figure(value) {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  if (Math.abs(value) >= 10) return value.toFixed(1);
  return Math.abs(value) >= 0.1 || value === 0 ? value.toFixed(2) : value.toFixed(3);
}

export function printGroup(name, { rows, absent, facts }) {
  title(`${titles[name] ?? name}, µs an operation, awaited`);
  const hasPeers = counterparts[name] !== undefined;
  const line = table({ work: -72, median: 9, "middle half": 19, ...(hasPeers && { "of Chord": 9 }) });
  for (const row of rows) {
    const shown = row.peer ? row.title : bold(row.title);
    const ratio = row.ratio ? [`${figure(row.ratio)} ×`] : row.id === counterparts[name] ? ["1 ×"] : [];
    line([shown, bold(figure(row.median)), dim(`${figure(row.low)} – ${figure(row.high)}`), ...ratio]);
  }
  for (const { name: peer, why } of absent) say(dim(`${peer}: can't run here (${why})`));
  if (facts.mime) printBytes(facts.mime);
}

function printBytes({ source, releases, full, bytes }) {
  say();
  say(dim(`${source}; bytes of the ${releases - 1} messages over bytes of all ${releases} full texts (${full.toLocaleString("en-US")}):`));
  say(
    Object.entries(bytes)
      .map(([id, sum]) => `${id} ${((100 * sum) / full).toFixed(2)} %`)
      .join(", "),
  );
}

export function printCurves(curves) {
  if (curves.length === 0) return;
  title("Growth: µs an operation, or times another, by size");
  for (const { title: name, points, fitted, expect } of curves) {
    say(bold(name));
    say(dim(`  ${points.map(([x, y]) => `${x.toLocaleString("en-US")}: ${figure(y)}`).join("   ")}`));
    say(
      dim(
        `  exponent ${fitted.all.toFixed(2)}, in the upper half ${fitted.end.toFixed(2)}; ${expect === "told" ? "not judged" : `expected ${expect}`}`,
      ),
    );
  }
}

export const limitOf = ({ atMost, atLeast, below }) =>
  atMost !== undefined ? `≤ ${atMost}` : atLeast !== undefined ? `≥ ${atLeast}` : `< ${below}`;

const colours = { met: green, missed: red, "not measured": dim };

export function printTargets(rows) {
  title("Targets");
  const line = table({ target: -74, here: 9, scaled: 9, demanded: 10, unit: -8, "": -15 });
  for (const row of rows) {
    const { value, there, outcome } = row;
    const colour = colours[outcome] ?? bold;
    line([
      row.name + (row.expect ? `: ${row.expect}` : ""),
      value === undefined ? "–" : figure(value),
      there === undefined ? "" : dim(figure(there)),
      limitOf(row),
      dim(row.unit),
      colour(outcome),
    ]);
  }
  const measured = rows.filter(({ outcome }) => outcome !== "not measured");
  const met = measured.filter(({ outcome }) => outcome === "met");
  const half = measured.filter(({ outcome }) => outcome.startsWith("met as"));
  say();
  say(
    `${bold(String(met.length))} of ${measured.length} met, ${half.length} more by one of the two measures; ${rows.length - measured.length} not measured.`,
  );
  if (rows.some(({ there }) => there !== undefined))
    say(dim("scaled: as it would be where stringify + encodeInto + type check of A take 248 µs, the machine the targets were set on."));
}
