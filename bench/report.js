import { bold, count, cyan, dim, green, mark, red, say, table, title } from "../demo/terminal.js";
import { median, quantile, ratio } from "./measure.js";
import { elixir, elixirSource, targets } from "./reference.js";

/** One row a work, from its samples: what is printed, plotted and written down. */
export function summarise(works, samples) {
  const own = (id) => samples.get(id);
  return works.map(({ id, title: name }) => ({
    id,
    name,
    median: median(own(id)),
    low: quantile(own(id), 0.25),
    high: quantile(own(id), 0.75),
    ratios: {
      floor: ratio(own(id), own("floor")),
      structuredClone: ratio(own("structuredClone"), own(id)),
      jsonClone: ratio(own("JSON clone"), own(id)),
    },
    ...(id in targets && { target: targets[id], met: median(own(id)) <= targets[id] }),
    ...(id in elixir && { elixir: elixir[id], elixirRatio: elixir[id] / median(own(id)) }),
  }));
}

export function printResults(rows, rivals) {
  title("Chord, µs an operation, awaited");
  const line = table([["work", -34], ["median", 8], ["middle half", 13], ["target", 9], ["", -6], ["Elixir ¹", 9], ["ratio ¹", 9]]);
  for (const row of rows) {
    line([
      row.name, bold(micro(row.median)), dim(`${micro(row.low)} – ${micro(row.high)}`),
      row.target === undefined ? "" : `≤ ${row.target}`, row.target === undefined ? "" : verdict(row.met),
      row.elixir === undefined ? "" : dim(String(row.elixir)), row.elixir === undefined ? "" : times(row.elixirRatio),
    ]);
  }
  say();
  say(dim(`¹ ${elixirSource}.`));
  say(dim("  ratio: how many of ours fit into one of theirs."));

  title("The same duty for A without Chord, in the same rounds");
  const setA = rows.find(({ id }) => id === "set A");
  const same = rows.find(({ id }) => id === "set A, same");
  const update = rows.find(({ id }) => id === "update A");
  const versus = table([["work", -42], ["median", 8], ["middle half", 15], ["set A", 10], ["unchanged", 11], ["update A", 10]]);
  for (const rival of rivals) {
    const key = { floor: "floor", structuredClone: "structuredClone", "JSON clone": "jsonClone" }[rival.id];
    const against = (row) => times(rival.id === "floor" ? 1 / row.ratios.floor : row.ratios[key]);
    versus([rival.name, bold(micro(rival.median)), dim(`${micro(rival.low)} – ${micro(rival.high)}`), against(setA), against(same), against(update)]);
  }
  say();
  say(dim("The last three columns: how many times what Chord takes for it. The floor compares, keeps and answers nothing;"));
  say(dim(`set A takes ${cyan(setA.ratios.floor.toFixed(2))} × the floor, and ${cyan(same.ratios.floor.toFixed(2))} × when nothing changed.`));
}

export function printMemory(memory) {
  title(`Memory, ${count(memory.contexts)} contexts like B, bytes a context`);
  const line = table([["", -34], ["heap", 8], ["wasm", 8], ["together", 10]]);
  for (const [name, { heap, wasm }] of [["created", memory.created], ["after one update each", memory.updated]]) {
    line([name, heap.toFixed(0), wasm.toFixed(0), bold((heap + wasm).toFixed(0))]);
  }
}

export function printVerdict(rows, files) {
  const aimed = rows.filter(({ target }) => target !== undefined);
  const met = aimed.filter((row) => row.met);
  say();
  say(`${mark(met.length === aimed.length)} ${met.length} of ${aimed.length} targets met on this machine, in this run.`);
  say(dim(`Written: ${files.join(", ")}`));
  say();
}

const verdict = (met) => (met ? green("met") : red("missed"));
const times = (factor) => `${factor < 10 ? factor.toFixed(2) : factor.toFixed(0)} ×`;

/** Three figures that count. */
export function micro(value) {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
