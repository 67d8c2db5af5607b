/** `npm run size`: what a page or a process loads to open the package, gzipped, against the promised limit. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { at } from "./paths.js";
import { pack } from "./pack.js";
import { isMain, main } from "./say.js";

const limit = 100 * 1024;
const installed = at("node_modules", "chord-sync");

/** What a file imports statically. A dynamic `import()` is loaded only by hosts that need it: the inlined bytes are. */
function importsOf(text) {
  return [...text.matchAll(/\b(?:from|import)\s*["']([^"'\s;()]+)["']/g)].map((match) => match[1]);
}

/** Every file of the package that its entry imports, directly or not. */
function reachable() {
  const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  const found = new Set();
  const visit = (file) => {
    if (found.has(file) || !existsSync(file)) return;
    found.add(file);
    for (const name of importsOf(readFileSync(file, "utf8"))) visit(join(dirname(file), name));
  };
  visit(join(installed, exports["."].browser));
  return [...found];
}

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`.padStart(10);

/** Prints the table; gives whether the sum is within the limit. Scripts of a group are compressed as one, as a bundler leaves them. */
export function measure() {
  const groups = { wasm: [join(installed, "chord.wasm")], glue: [], facade: [] };
  for (const file of reachable()) groups[relative(installed, file).includes("glue") ? "glue" : "facade"].push(file);
  const sum = { raw: 0, gzip: 0 };
  process.stdout.write(`${"".padEnd(10)}${"files".padStart(6)}${"bytes".padStart(12)}${"gzip".padStart(10)}\n`);
  for (const [name, files] of Object.entries(groups)) {
    const content = Buffer.concat(files.map((file) => readFileSync(file)));
    const raw = content.length;
    const gzip = gzipSync(content, { level: 9 }).length;
    sum.raw += raw;
    sum.gzip += gzip;
    process.stdout.write(`${name.padEnd(10)}${String(files.length).padStart(6)}${String(raw).padStart(12)}${kilobytes(gzip)}\n`);
  }
  const within = sum.gzip <= limit;
  process.stdout.write(
    `${"total".padEnd(16)}${String(sum.raw).padStart(12)}${kilobytes(sum.gzip)}, ${within ? "within" : "OVER"} the limit of${kilobytes(limit)}\n`,
  );
  return within;
}

if (isMain(import.meta.url)) {
  await main(async () => {
    await pack();
    return measure() ? 0 : 1;
  });
}
