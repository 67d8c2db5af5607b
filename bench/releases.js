// Consecutive releases of the MIME type database. Fifteen come from npm; `CHORD_RELEASES` may name an archive of more, a release a line
// (`{"release":"1.0.0","db":{…}}`), gzipped, which is also looked for beside the checkout.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { loadReleases } from "../demo/releases.js";

const beside = fileURLToPath(new URL("../../shared/data/mime-db.ndjson.gz", import.meta.url));

/** `{ source, releases }`, oldest first; `source` says which they are. */
export function releaseSeries() {
  const archive = process.env.CHORD_RELEASES ?? beside;
  if (!existsSync(archive)) {
    const releases = loadReleases();
    return { source: `the ${releases.length} releases that npm has`, releases: releases.map(({ db }) => db) };
  }
  const lines = gunzipSync(readFileSync(archive)).toString("utf8").trim().split("\n");
  return { source: `the archive of ${lines.length} releases`, releases: lines.map((line) => JSON.parse(line).db) };
}
