/**
 * `npm run size`: what a page loads to open the package over memory or IndexedDB, gzipped, against what it should be, what it may be and what the
 * README says it is.
 *
 * Scripts are measured as a bundler leaves them: as one, minified.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "./pack.js";
import { at } from "./paths.js";
import { isMain, main } from "./say.js";

const target = 100 * 1024;
/** What the package has grown to. It may shrink: this is lowered then. */
const limit = 141 * 1024;
/** The README's figure may be off by so much: compilers differ a little. */
const tolerance = 1024;
const installed = at("node_modules", "chord-sync");

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const gzip = (content) => gzipSync(content, { level: 9 }).length;

/** The scripts of the package's entry for browsers; with `isGlueLeftOut`, without what is generated. */
async function scripts(isGlueLeftOut) {
  // Imported only now: `npm test` reads this file before it has installed anything.
  const { build } = await import("esbuild");
  const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  const { outputFiles } = await build({
    entryPoints: [join(installed, exports["."].browser)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    external: isGlueLeftOut ? ["*/glue/chord.js", "*/glue/chord-backends.js"] : [],
    logLevel: "error",
  });
  return Buffer.from(outputFiles[0].contents);
}

/** What is wrong with the README's figure; nothing where it is right. */
export function faultOf(readme, total) {
  const [, figure] = /([\d.]+) KB gzip/.exec(readme) ?? [];
  if (figure === undefined) return `The README has no figure for the size; say "${kilobytes(total)} gzip" there.`;
  if (Math.abs(Number(figure) * 1024 - total) <= tolerance) return undefined;
  return `The README says ${figure} KB gzip where it is ${kilobytes(total)}; correct it there.`;
}

/** Prints the table; gives whether the sum is within the limit and the README has it right. */
export async function measure() {
  const wasm = readFileSync(join(installed, "chord.wasm"));
  const [all, facade] = await Promise.all([scripts(false), scripts(true)]);
  const rows = [
    ["WebAssembly", wasm.length, gzip(wasm)],
    ["glue", all.length - facade.length, gzip(all) - gzip(facade)],
    ["facade", facade.length, gzip(facade)],
    ["together", wasm.length + all.length, gzip(wasm) + gzip(all)],
  ];
  process.stdout.write(`${"".padEnd(14)}${"bytes".padStart(10)}${"gzip".padStart(12)}\n`);
  for (const [name, bytes, zipped] of rows) {
    process.stdout.write(`${name.padEnd(14)}${String(bytes).padStart(10)}${kilobytes(zipped).padStart(12)}\n`);
  }
  const total = gzip(wasm) + gzip(all);
  const isOver = total > limit;
  process.stdout.write(
    `${isOver ? "OVER" : "within"} the limit of ${kilobytes(limit)}; the target of ${kilobytes(target)} is ${total <= target ? "met" : `MISSED by ${kilobytes(total - target)}`}\n`,
  );
  const fault = faultOf(readFileSync(at("README.md"), "utf8"), total);
  if (fault !== undefined) process.stdout.write(`${fault}\n`);
  return !isOver && fault === undefined;
}

if (isMain(import.meta.url)) {
  await main(async () => {
    await pack();
    return (await measure()) ? 0 : 1;
  });
}
