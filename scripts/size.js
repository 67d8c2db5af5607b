/**
 * `npm run size`: what a page loads to open the package, over memory and over IndexedDB, gzipped, against what it should be, what it may be and what
 * the README says it is.
 *
 * Scripts are measured as a bundler leaves them, minified, and only as far as they are loaded.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "./pack.js";
import { at } from "./paths.js";
import { isMain, main } from "./say.js";

/**
 * What is opened: by which entry, with which module, and how many kilobytes that should be and may be. Limits are what the package has grown to; it
 * may shrink, and they are lowered then.
 */
const stores = [
  { name: "memory", entry: "./memory", wasm: "chord.wasm", target: 40, limit: 80 },
  { name: "IndexedDB", entry: ".", wasm: "chord-indexeddb.wasm", target: 60, limit: 126 },
];
/** The README's figures may be off by so much: compilers differ a little. */
const tolerance = 1024;
const installed = at("node_modules", "chord-sync");

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const gzip = (content) => gzipSync(content, { level: 9 }).length;

/** The scripts that an entry for browsers loads at once; what it imports later stays out. */
async function scripts(entry) {
  // Imported only now: `npm test` reads this file before it has installed anything.
  const { build } = await import("esbuild");
  const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  const { outputFiles, metafile } = await build({
    entryPoints: { entry: join(installed, exports[entry].browser) },
    outdir: at("build"),
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2022",
    logLevel: "error",
  });
  const loaded = new Set();
  const load = (path) => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: imported, kind } of metafile.outputs[path].imports) if (kind === "import-statement") load(imported);
  };
  load(Object.keys(metafile.outputs).find((path) => path.endsWith("/entry.js")));
  return outputFiles.filter(({ path }) => [...loaded].some((name) => path === at(name))).map(({ contents }) => Buffer.from(contents));
}

/** What is wrong with the README's figure for a store; nothing where it is right. */
export function faultOf(readme, name, total) {
  const [, figure] = new RegExp(`([\\d.]+) KB gzip\\s+(?:for|with)\\s+${name}`).exec(readme) ?? [];
  if (figure === undefined) return `The README has no figure for the size; say "${kilobytes(total)} gzip with ${name}" there.`;
  if (Math.abs(Number(figure) * 1024 - total) <= tolerance) return undefined;
  return `The README says ${figure} KB gzip with ${name} where it is ${kilobytes(total)}; correct it there.`;
}

const line = (name, bytes, zipped) => process.stdout.write(`${name.padEnd(14)}${bytes.padStart(10)}${zipped.padStart(12)}\n`);

async function measureStore({ name, entry, wasm, target, limit }, readme) {
  const module = readFileSync(join(installed, wasm));
  const code = await scripts(entry);
  const sum = (size) => code.reduce((total, script) => total + size(script), 0);
  const total = gzip(module) + sum(gzip);
  line(name, "bytes", "gzip");
  line("WebAssembly", String(module.length), kilobytes(gzip(module)));
  line("scripts", String(sum((script) => script.length)), kilobytes(sum(gzip)));
  line("together", String(module.length + sum((script) => script.length)), kilobytes(total));
  const isOver = total > limit * 1024;
  const missed = total - target * 1024;
  process.stdout.write(
    `${isOver ? "OVER" : "within"} the limit of ${limit} KB; the target of ${target} KB is ${missed <= 0 ? "met" : `MISSED by ${kilobytes(missed)}`}\n\n`,
  );
  const fault = faultOf(readme, name, total);
  if (fault !== undefined) process.stdout.write(`${fault}\n`);
  return !isOver && fault === undefined;
}

/** Prints the tables; gives whether the sums are within their limits and the README has them right. */
export async function measure() {
  const readme = readFileSync(at("README.md"), "utf8");
  let isRight = true;
  for (const store of stores) isRight = (await measureStore(store, readme)) && isRight;
  return isRight;
}

if (isMain(import.meta.url)) {
  await main(async () => {
    await pack();
    return (await measure()) ? 0 : 1;
  });
}
