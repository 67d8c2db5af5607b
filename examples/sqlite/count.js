/**
 * Counts in a file that other processes count in, too: `node count.js contexts.db 100`, as often at once as you like.
 *
 * No update is lost: an increment is computed when it commits, and a commit that came too late is computed again.
 */
import { Chord, increment } from "chord-sync";
import { SqliteBackend } from "./sqlite-backend.js";

const [, , file = "contexts.db", times = "100"] = process.argv;

const chord = await Chord.open({ backend: new SqliteBackend(file) });
// Whoever is first creates it.
await chord.setContext("counter", { count: 0 }, { ifVersion: 0 }).catch((error) => {
  if (error.code !== "conflict") throw error;
});
for (let n = 0; n < Number(times); n += 1) await chord.updateContext("counter", { count: increment() });

const { context, version } = await chord.getContext("counter");
console.log(`${context.count} at version ${version}`);
await chord.close();
