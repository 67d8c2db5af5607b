import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";

const require = createRequire(import.meta.url);
const archive = new URL("../../../shared/data/mime-db.ndjson.gz", import.meta.url);

/**
 * Equal entries of neighbouring releases become one object, so that whoever compares whole releases
 * can stop at `===` for all that did not change.
 */
function shared(releases) {
  const entries = new Map();
  const once = (entry) => {
    const text = JSON.stringify(entry);
    if (!entries.has(text)) entries.set(text, entry);
    return entries.get(text);
  };
  return releases.map((db) => Object.fromEntries(Object.entries(db).map(([type, entry]) => [type, once(entry)])));
}

function installed() {
  const aliases = Array.from({ length: 15 }, (_, index) => `mime-db-1.${40 + index}`);
  return shared(aliases.map((alias) => require(`${alias}/db.json`)));
}

function archived() {
  const lines = gunzipSync(readFileSync(archive)).toString("utf8").trim().split("\n");
  return shared(lines.map((line) => JSON.parse(line).db));
}

/** Consecutive releases of the MIME type database, oldest first: those from npm, and the longer archive where it lies beside the checkout. */
export function releaseSeries() {
  const series = [{ name: "npm's 15 releases", releases: installed() }];
  if (existsSync(archive)) series.push({ name: "the archive's 55 releases", releases: archived() });
  else console.log("the archive of 55 mime-db releases isn't beside this checkout: only npm's 15 are tested");
  return series;
}
