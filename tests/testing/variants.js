/** The smallest backend with `watch`, with some places of its source changed. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const beside = (path) => fileURLToPath(new URL(path, import.meta.url));
const smallest = readFileSync(beside("../backends/memory-backend.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "chord-mutants-"));
let variants = 0;

after(() => rmSync(folder, { recursive: true, force: true }));

/** Its class; each place has to be there once. */
export async function withEdits(edits) {
  let source = smallest;
  for (const [before, after] of edits) {
    assert.equal(source.split(before).length, 2, `the backend has this once: ${before}`);
    source = source.replace(before, () => after);
  }
  variants += 1;
  const variant = join(folder, String(variants));
  for (const name of ["backends", "testing"]) mkdirSync(join(variant, name), { recursive: true });
  writeFileSync(join(variant, "package.json"), '{ "type": "module" }');
  writeFileSync(join(variant, "backends", "memory-backend.js"), source);
  cpSync(beside("watching-backend.js"), join(variant, "testing", "watching-backend.js"));
  return (await import(pathToFileURL(join(variant, "testing", "watching-backend.js")))).WatchingBackend;
}

const late = () => new Promise((resolve) => setImmediate(resolve));

/** The class of a backend of `mutants/`. */
export const classOf = async ({ edits, extend = (Base) => Base }) => extend(await withEdits(edits));

/** A fresh store of such a class, in which connections are the same object unless it says otherwise. */
export const storeOf = (Backend) => () => {
  const backend = new Backend(late);
  return { connect: () => backend.connect?.() ?? backend };
};
