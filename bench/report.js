import { bold, count, cyan, dim, green, mark, red, say, table, title } from "../demo/terminal.js";
import { median, quantile, ratio } from "./measure.js";
import { elixir, elixirSource, targets } from "./reference.js";

/** One row a work, from its samples: what is printed, plotted and written down. `without` are the works that do without Chord. */
export function summarise(works, without, samples) {
  return works.map(({ id, title: name }) => {
    const { clock: own, cpu } = samples.get(id);
    const middle = median(own);
    return {
      id,
      name,
      median: middle,
      low: quantile(own, 0.25),
      high: quantile(own, 0.75),
      cpu: median(cpu),
      overFloor: ratio(own, samples.get("floor").clock),
      /** How many times what this takes the works without Chord take. */
      without: Object.fromEntries(without.map((rival) => [rival.id, ratio(samples.get(rival.id).clock, own)])),
      ...(id in targets && { target: targets[id], met: middle <= targets[id] }),
      ...(id in elixir && { elixir: elixir[id], elixirRatio: elixir[id] / middle }),
    };
  });
}

export function printResults(rows) {
  title("Chord, µs an operation, awaited");
  const line = table({ work: -34, median: 8, "middle half": 13, cpu: 6, target: 9, "": -6, "Elixir ¹": 9, "ratio ¹": 9 });
  for (const row of rows) {
    const aim = row.target === undefined ? ["", ""] : [`≤ ${row.target}`, row.met ? green("met") : red("missed")];
    const beside = row.elixir === undefined ? [] : [dim(String(row.elixir)), times(row.elixirRatio)];
    line([row.name, bold(micro(row.median)), middleHalf(row), dim(micro(row.cpu)), ...aim, ...beside]);
  }
  say();
  say(dim(`¹ ${elixirSource}.`));
  say(dim("  ratio: how many of ours fit into one of theirs. cpu: processor time, all threads."));
}

export function printRivals(rows, rivals) {
  title("The same duty for A without Chord, in the same rounds");
  const [setA, same, update] = ["set A", "set A, same", "update A"].map((id) => rows.find((row) => row.id === id));
  const line = table({ work: -42, median: 8, "middle half": 15, cpu: 6, "set A": 10, unchanged: 11, "update A": 10 });
  for (const rival of rivals) {
    line([
      rival.name,
      bold(micro(rival.median)),
      middleHalf(rival),
      dim(micro(rival.cpu)),
      ...[setA, same, update].map((row) => times(row.without[rival.id])),
    ]);
  }
  say();
  say(dim("The last three columns: how many times what Chord takes for it. The floor compares, keeps and answers nothing;"));
  const [changed, unchanged] = [setA, same].map((row) => cyan(`${row.overFloor.toFixed(2)} ×`));
  say(dim(`set A takes ${changed} the floor, and ${unchanged} when nothing changed.`));
}

export function printMemory(memory) {
  title(`Memory, ${count(memory.contexts)} contexts like B, bytes a context`);
  const line = table({ "": -34, heap: 8, wasm: 8, together: 10 });
  const put = (name, { heap, wasm }) => line([name, heap.toFixed(0), wasm.toFixed(0), bold((heap + wasm).toFixed(0))]);
  put("created", memory.created);
  put("after one update each", memory.updated);
}

export function printVerdict(rows, files) {
  const aimed = rows.filter(({ target }) => target !== undefined);
  const met = aimed.filter((row) => row.met);
  say();
  const unhindered = aimed.filter((row) => row.cpu <= row.target);
  say(
    `${mark(met.length === aimed.length)} ${met.length} of ${aimed.length} targets met on this machine, in this run; ` +
      `${unhindered.length} by processor time alone.`,
  );
  say(dim(`Written: ${files.join(", ")}`));
  say();
}

const middleHalf = ({ low, high }) => dim(`${micro(low)} – ${micro(high)}`);
const times = (factor) => `${factor < 10 ? factor.toFixed(2) : factor.toFixed(0)} ×`;

/** Three figures that count. */
export function micro(value) {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
