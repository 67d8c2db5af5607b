// What is written down of a run, and where: `results/<runtime>.json`, the plot and the README's table, all by `--save` alone.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { at } from "../scripts/paths.js";
import { figures, withFigures } from "./figures.js";
import { plot } from "./plot.js";
import { counterparts } from "./run.js";
import { runtimes } from "./runtimes.js";
import { judge, judgeCurves, targets } from "./targets.js";

const resultFile = (name) => at("bench", "results", `${name}.json`);

/** The figures of a run as they are kept, with as many digits as mean something. */
export function resultOf(run, about) {
  const groups = Object.fromEntries(
    run.groups.map((name) => [
      name,
      { works: run.rows(name), counterpart: counterparts[name], absent: run.absent(name), facts: factsOf(run, name) },
    ]),
  );
  const curves = run.curves();
  return rounded({ ...about, groups, curves, targets: [...targets.map((target) => judge(target, run)), ...judgeCurves(run)] });
}

function factsOf(run, name) {
  const { curves, ...facts } = run.facts(name);
  return facts;
}

function rounded(value) {
  if (typeof value === "number") return Number.isInteger(value) ? value : Number(value.toPrecision(4));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, rounded(field)]));
}

/** Writes the results of the runtimes measured; gives the files. */
export function save(results) {
  mkdirSync(at("bench", "results"), { recursive: true });
  const files = Object.entries(results).map(([name, result]) => {
    const old = readResult(name);
    writeFileSync(resultFile(name), `${JSON.stringify({ ...result, ...(old?.indexedDb && { indexedDb: old.indexedDb }) }, null, 2)}\n`);
    return resultFile(name);
  });
  return [...files, ...publish()];
}

export function readResult(name) {
  try {
    return JSON.parse(readFileSync(resultFile(name), "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Keeps what `npm run bench:browsers` measured beside the browser's other results. */
export function saveIndexedDb(name, runtime, indexedDb) {
  mkdirSync(at("bench", "results"), { recursive: true });
  writeFileSync(resultFile(name), `${JSON.stringify(rounded({ runtime, ...readResult(name), indexedDb }), null, 2)}\n`);
  return [resultFile(name), ...publish()];
}

/** All that is saved, by runtime's name, in the order in which documents show it. */
export const readResults = () =>
  Object.fromEntries(Object.keys(runtimes).flatMap((name) => [[name, readResult(name)]].filter(([, result]) => result)));

/** What follows from the results: each document that says something of them, and the plot, by its path from the root. */
export function published(results) {
  const documents = Object.keys(figures).map((path) => [path, withFigures(path, readFileSync(at(path), "utf8"), results)]);
  return Object.fromEntries([...documents, ["docs/bench.svg", plot(results)]]);
}

function publish() {
  return Object.entries(published(readResults())).map(([path, text]) => {
    writeFileSync(at(path), text);
    return at(path);
  });
}
