// What the documents say of the saved results, between a line `<!-- bench: name -->` and the next `<!-- /bench -->`. Written by `--save`, and
// compared by a test, so that no figure there comes from anywhere but a run.

import { figure, limitOf } from "./report.js";

const row = (...cells) => `| ${cells.join(" | ")} |`;
const table = (head, rows) => [row(...head), row(...head.map(() => "---")), ...rows.map((cells) => row(...cells))].join("\n");

/** `results` by runtime's name; those that were not measured are absent. */
const measuredIn = (results) => Object.values(results).filter((result) => result?.groups !== undefined);
const workOf = (result, group, id) => result.groups[group]?.works.find((work) => work.id === id);
/** "Node 20.20" of "Node 20.20.2": what comes after it says nothing about speed. */
export const withoutPatch = (version) => version.replace(/^(\D+\d+(?:\.\d+)?).*$/, "$1");

/** A row for each of `works` (`[title, group, id]`), a column for each runtime. */
function byRuntime(results, heading, works, cell) {
  const measured = measuredIn(results);
  const rows = works.map(([title, group, id]) => [title, ...measured.map((result) => cell(workOf(result, group, id)))]);
  return table([heading, ...measured.map(({ runtime }) => withoutPatch(runtime))], rows);
}

const time = (work) => (work === undefined ? "–" : figure(work.median));
const ratio = (work) => (work === undefined ? "can't run" : figure(work.ratio));

const ownWorks = [
  ["the least for A: stringify, encode, type check", "set", "floor"],
  ["set A, one field changed", "set", "set A"],
  ["set A, nothing changed", "set", "set A, same"],
  ["update A, one field", "update", "update A"],
  ["update of one field of 5 MB", "update", "update 5 MB"],
  ["update B", "update", "update B"],
  ["set B, new", "small", "set B new"],
  ["get B, unchanged", "small", "get B"],
  ["sync B, ten versions behind", "small", "sync B"],
  ["sync B, no change", "small", "sync same"],
  ["10,000 clients one version behind on A, a client", "crowd", "crowd, 1"],
  ["append to a room of 10,000 messages", "room", "append, 10,000"],
];

const peersOf = (results, group) => {
  const names = measuredIn(results).flatMap(
    (result) => result.groups[group]?.works.filter(({ id, peer }) => id === peer).map(({ id }) => id) ?? [],
  );
  return [...new Set(names)].map((name) => [name, group, name]);
};

const targetRows = (results) => results.node?.targets ?? [];
const isMet = ({ outcome }) => outcome === "met";

function summary(results) {
  const { node } = results;
  if (node === undefined) return "Nothing has been measured yet.";
  const judged = targetRows(results).filter(({ outcome }) => outcome !== "not measured");
  const { contexts, stages } = node.groups.memory.facts;
  const [fresh, , , old] = stages.map(({ heap, wasm }) => heap + wasm);
  const { mime } = node.groups.mime.facts;
  const share = (id) => ((100 * mime.bytes[id]) / mime.full).toFixed(2);
  return [
    `On ${node.runtime}, ${node.machine}: of ${contexts.toLocaleString("en-US")} contexts like B one takes ${figure(fresh)} bytes, and ${figure((old - fresh) / 3)} more`,
    `for each of three deltas. The deltas of ${mime.source} are ${share("mime")} % of the bytes of all their texts, and ${share("mime, no old")} % without`,
    `old values. From import to the first operation it takes ${figure(node.groups.start.facts.start)} ms. ${judged.filter(isMet).length} of ${judged.length} targets are met:`,
    "[docs/performance.md](docs/performance.md) has each, and says how all this is measured.",
  ].join("\n");
}

const titles = {
  met: "met",
  missed: "**missed**",
  "met as scaled": "met as scaled",
  "met as measured": "met as measured",
  "not measured": "not measured",
};

const targetTable = (results) =>
  table(
    ["target", "here", "scaled", "demanded", "unit", ""],
    targetRows(results)
      .filter(({ expect }) => expect === undefined)
      .map((target) => [
        target.name,
        target.value === undefined ? "–" : figure(target.value),
        target.there === undefined ? "" : figure(target.there),
        limitOf(target),
        target.unit,
        titles[target.outcome],
      ]),
  );

const curveTable = (results) =>
  table(
    ["µs an operation, or times another, by size", "all", "upper half", "expected", ""],
    (results.node?.curves ?? []).map(({ title, points, fitted, expect }) => {
      const target = targetRows(results).find(({ name }) => name === title);
      const cells = points.map(([size, took]) => `${size.toLocaleString("en-US")}: ${figure(took)}`).join(", ");
      return [
        `${title}: ${cells}`,
        fitted.all.toFixed(2),
        fitted.end.toFixed(2),
        ...(target ? [`${expect}, ≤ ${target.atMost}`, titles[target.outcome]] : ["–", ""]),
      ];
    }),
  );

const indexedDbWorks = [
  ["update of a small context", "update of a small context"],
  ["update of one field of 54 KB", "update of a 54 KB context"],
  ["1,000 concurrent updates of one context", "1000 concurrent updates of one context"],
  ["1,000 concurrent updates of 1,000 contexts", "concurrent updates of 1000 contexts"],
  ["open to first read of 54 KB", "open to first read of a 54 KB context"],
];

function indexedDb(results) {
  const measured = Object.values(results).filter((result) => result?.indexedDb !== undefined);
  if (measured.length === 0) return "IndexedDB hasn't been measured yet.";
  const rows = indexedDbWorks.map(([title, name]) => [
    title,
    ...measured.map(({ indexedDb: { times } }) => figure(times[name].chord / times[name].hand)),
  ]);
  const bytes = Math.max(...measured.map(({ indexedDb: { bytesPerChange } }) => bytesPerChange));
  return [
    table(["times as long as by hand", ...measured.map(({ runtime }) => withoutPatch(runtime))], rows),
    `\nA changed field of 54 KB writes ${(bytes / 1000).toFixed(1)} KB on average, snapshots included.`,
  ].join("\n");
}

/** What stands where, by document and name; each makes its text of the results by runtime. */
export const figures = {
  "README.md": {
    µs: (results) => byRuntime(results, "µs an operation, awaited", ownWorks, time),
    summary,
    "indexed-db": indexedDb,
  },
  "docs/performance.md": {
    "peers told a change": (results) => byRuntime(results, "times as long as Chord", peersOf(results, "update"), ratio),
    "peers told a state": (results) => byRuntime(results, "times as long as Chord", peersOf(results, "set"), ratio),
    "peers in a room": (results) => byRuntime(results, "times as long as Chord", peersOf(results, "room"), ratio),
    targets: targetTable,
    growth: curveTable,
  },
};

/** A document's text with its figures made anew; throws where a place for them is missing. */
export function withFigures(document, text, results) {
  let written = text;
  for (const [name, make] of Object.entries(figures[document])) {
    const open = `<!-- bench: ${name} -->\n`;
    const start = written.indexOf(open);
    const end = written.indexOf("\n<!-- /bench -->", start);
    if (start < 0 || end < 0) throw new Error(`${document} has no place for "${name}"`);
    written = `${written.slice(0, start + open.length)}\n${make(results)}\n${written.slice(end)}`;
  }
  return written;
}
