/**
 * Logs of LevelDB, in which Chromium keeps IndexedDB.
 *
 * It writes a record as a header and then the rest. A kill in between leaves the header alone, which the next start passes over, but goes on
 * behind it in the same file. The start after that reads what was written there as the rest of that record, takes the log for damaged, and
 * deletes all databases of the site (Chromium 156; `reuse_logs` in its LevelDB). Whatever a page does, it can't keep that from happening.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const blockBytes = 32_768;
const headerBytes = 7;
const [first, middle] = [2, 3];

/** Whether the last record of a log that is whole otherwise is not all there. */
function isTorn(log) {
  let place = 0;
  let isOpen = false;
  while (place < log.length) {
    const left = blockBytes - (place % blockBytes);
    if (left < headerBytes) {
      place += left;
      continue;
    }
    if (place + headerBytes > log.length) return true;
    const type = log[place + 6];
    place += headerBytes + log.readUInt16LE(place + 4);
    if (place > log.length) return true;
    isOpen = type === first || type === middle;
  }
  return isOpen;
}

/** `{ path, bytes }` of the logs in a profile whose last record was torn. */
export function tornLogs(profile) {
  const databases = join(profile, "Default", "IndexedDB");
  if (!existsSync(databases)) return [];
  const files = readdirSync(databases, { recursive: true }).filter((name) => /(\.log|MANIFEST-\d+)$/.test(name));
  const logs = files.map((name) => ({ path: join(databases, name), log: readFileSync(join(databases, name)) }));
  return logs.filter(({ log }) => isTorn(log)).map(({ path, log }) => ({ path, bytes: log.length }));
}

/** Whether one of them was written to behind its torn record. */
export const isDamaged = (torn) => torn.some(({ path, bytes }) => existsSync(path) && statSync(path).size > bytes);
