// `npm run bench`: how fast Chord is, against what the same work costs without it. Never fails on a time: figures are for reading.
// --quick measures fewer rounds.

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Chord } from "chord-sync";
import { dim, say } from "../demo/terminal.js";
import { makeA, makeB } from "./inputs.js";
import { measure } from "./measure.js";
import { plot } from "./plot.js";
import { printMemory, printResults, printRivals, printVerdict, summarise } from "./report.js";
import { rivalWorks } from "./rivals.js";
import { chordWorks } from "./work.js";

const quick = process.argv.includes("--quick");
const rounds = quick ? 15 : 101;
const machine = { runtime: `Node ${process.versions.node}`, cpu: `${cpus().length} × ${cpus()[0].model.trim()}` };
const bytes = (value) => JSON.stringify(value).length;

say();
say(`${machine.runtime}, ${machine.cpu}, medians of ${rounds} alternating rounds`);
say(dim(`A: 1,000 objects of 3 fields, ${bytes(makeA())} bytes. B: ${JSON.stringify(makeB())}, ${bytes(makeB())} bytes.`));

const [load] = loadavg();
if (load > cpus().length / 2) {
  say(
    dim(
      `The machine is busy (load ${load.toFixed(1)} on ${cpus().length} cores): times are longer than they would be, ratios hold better.`,
    ),
  );
}

const chord = await Chord.open();
const ours = await chordWorks(chord);
const rivals = rivalWorks();
const works = [...ours, ...rivals];
const samples = await measure(works, { rounds, warmUp: quick ? 5 : 15, onRound: progress });
await chord.close();

const rows = summarise(ours, rivals, samples);
const rivalRows = summarise(rivals, rivals, samples);
const memory = JSON.parse(
  execFileSync(process.execPath, ["--expose-gc", fileURLToPath(new URL("memory.js", import.meta.url))], { encoding: "utf8" }),
);

const build = new URL("../build/", import.meta.url);
mkdirSync(build, { recursive: true });
const written = [
  write("bench.json", `${JSON.stringify({ machine, load, rounds, chord: rows, without: rivalRows, memory }, null, 2)}\n`),
  write("bench.svg", plot({ machine, rounds, rows, rivals: rivalRows })),
];
printResults(rows);
printRivals(rows, rivalRows);
printMemory(memory);
printVerdict(rows, written);

function write(name, text) {
  const file = fileURLToPath(new URL(name, build));
  writeFileSync(file, text);
  return relative(process.cwd(), file);
}

/** A line that says how far it is, where there is a terminal to overwrite it in. */
function progress(done, of) {
  if (!process.stderr.isTTY) return;
  process.stderr.write(done === of ? "\r\x1b[K" : `\r  round ${done} of ${of}`);
}
