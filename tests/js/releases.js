import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";
import { sharing } from "./shared-entries.js";

const require = createRequire(import.meta.url);
const archive = new URL("../../../shared/data/mime-db.ndjson.gz", import.meta.url);

function installed() {
  const aliases = Array.from({ length: 15 }, (_, index) => `mime-db-1.${40 + index}`);
  return sharing(aliases.map((alias) => require(`${alias}/db.json`)));
}

function archived() {
  const lines = gunzipSync(readFileSync(archive)).toString("utf8").trim().split("\n");
  return sharing(lines.map((line) => JSON.parse(line).db));
}

/**
 * Consecutive releases of the MIME type database, oldest first: those from npm, and the longer archive where it lies beside the checkout.
 * A promise, because in browsers they come from a server.
 */
export async function releaseSeries() {
  const series = [{ name: "npm's 15 releases", releases: installed() }];
  if (existsSync(archive)) series.push({ name: "the archive's 55 releases", releases: archived() });
  else console.log("the archive of 55 mime-db releases isn't beside this checkout: only npm's 15 are tested");
  return series;
}
