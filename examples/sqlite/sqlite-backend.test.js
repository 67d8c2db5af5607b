/** The suite for authors of backends on SQLite, and two processes on one file. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Chord } from "chord-sync";
import { backendConformance, chordConformance, register } from "chord-sync/testing";
import { openDatabase, SqliteBackend } from "./sqlite-backend.js";

/** A folder of its own for a file, and what removes it. */
function fresh() {
  const folder = mkdtempSync(join(tmpdir(), "chord-sqlite-"));
  return { file: join(folder, "contexts.db"), drop: () => rmSync(folder, { recursive: true, force: true }) };
}

function store() {
  const { file, drop } = fresh();
  return { connect: () => new SqliteBackend(file, { durability: "normal" }), drop };
}

register(backendConformance(store), test);
register(chordConformance(Chord, store), test);

test("a file that another process is just creating is waited for", async () => {
  const { file, drop } = fresh();
  const other = await openDatabase(file);
  other.exec("CREATE TABLE theirs (x)");
  other.exec("BEGIN IMMEDIATE");
  setTimeout(() => other.exec("COMMIT"), 100);
  const chord = await Chord.open({ backend: new SqliteBackend(file) });
  await chord.setContext("note", { text: "hello" });
  await chord.close();
  other.close();
  drop();
});

test("two processes on one file lose no update", async () => {
  const { file, drop } = fresh();
  const program = fileURLToPath(new URL("count.js", import.meta.url));
  const start = "Deno" in globalThis ? ["run", "--allow-all", program] : [program];
  // Node tells its test runner's children that they are tests, which these aren't.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const count = async (times) => (await promisify(execFile)(process.execPath, [...start, file, times], { env })).stdout;
  await Promise.all([count("100"), count("100")]);
  assert.equal(await count("0"), "200 at version 201\n");
  drop();
});
