import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Chord } from "chord-sync";
import { equal } from "../equality.js";
import { mark, say, size, title } from "../terminal.js";

/** A context goes to a file, its store goes away, another store takes it up again, and a client from before stays exact. */
export async function safekeeping(verdict) {
  title("Export to a file, restore from it");
  const folder = await mkdtemp(join(tmpdir(), "chord-demo-"));
  const fileOf = (contextId) => join(folder, `${encodeURIComponent(contextId)}.json`);
  try {
    const first = await Chord.open({
      exportCallback: (exported) => writeFile(fileOf(exported.contextId), JSON.stringify(exported)),
    });
    await first.setContext("room:attic", { lamps: 3, keys: { front: "ada" } });
    await first.updateContext("room:attic", { keys: { back: "alan" } });
    await first.exportContext("room:attic");
    const exported = await first.getContext("room:attic");
    await first.close();
    const { size: bytes } = await stat(fileOf("room:attic"));
    say(`${mark(true)} exported  room:attic at version ${exported.version}, ${size(bytes)}; that store is closed`);

    const second = await Chord.open({
      contextExternalProvider: async (contextId) => JSON.parse(await readFile(fileOf(contextId), "utf8")),
    });
    const restored = await second.restoreContext("room:attic");
    const same = verdict.expect(equal(restored.context, exported.context), "the restored context equals the exported one");
    say(`${mark(same)} restored  into a new store at version ${restored.version}`);

    await second.updateContext("room:attic", { lamps: 4 });
    const answer = await second.syncContext("room:attic", exported);
    const full = answer.type === "full_context" && answer.context.lamps === 4;
    verdict.expect(full, "a client from before the restore gets the full context");
    say(`${mark(full)} synced    a client from before gets the full context: its number would fit, its history does not`);
    await second.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
