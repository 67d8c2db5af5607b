/** What commit compares and stores, wrong. */
import { extended, mutant } from "./mutant.js";

export const commits = [
  extended(
    "says nothing of nothing",
    (Base) =>
      class extends Base {
        load = async (id) => (await super.load(id)) ?? undefined;
      },
    "load: where nothing is stored, null",
  ),
  mutant(
    "compares the version only",
    "one?.version === other?.version && one?.revision === other?.revision",
    "one?.version === other?.version",
    "commit: the revision is compared, not the version alone",
  ),
  mutant(
    "compares the revision only",
    "one?.version === other?.version && one?.revision === other?.revision",
    "one?.revision === other?.revision",
    "commit: the version is compared, not the revision alone",
  ),
  mutant(
    "compares nothing",
    "if (!isSame(found?.head ?? null, base) || !(isThere || reset)) {",
    "if (!(isThere || reset)) {",
    "commit: a base that others have left behind is a conflict, whatever the commit brings",
  ),
  mutant(
    "compares only without reset",
    "if (!isSame(found?.head ?? null, base) || !(isThere || reset)) {",
    "if (!reset && (!isSame(found?.head ?? null, base) || !isThere)) {",
    "commit: a base that others have left behind is a conflict, whatever the commit brings",
    /commit: reset is refused on another head, too/,
  ),
  mutant(
    "takes a tombstone for nothing",
    "if (!isSame(found?.head ?? null, base) || !(isThere || reset)) {",
    "if (!isSame((isThere ? found.head : null), isThere ? base : null) || !(isThere || reset)) {",
    "commit: null as base is a conflict where a tombstone is",
  ),
  mutant(
    "takes any base where nothing is",
    "if (!isSame(found?.head ?? null, base) || !(isThere || reset)) {",
    "if (found !== undefined && (!isSame(found.head, base) || !(isThere || reset))) {",
    "commit: a base is a conflict where nothing is stored",
  ),
  mutant(
    "takes null as base for any head",
    "if (!isSame(found?.head ?? null, base) || !(isThere || reset)) {",
    "if ((base !== null && !isSame(found?.head ?? null, base)) || !(isThere || reset)) {",
    "commit: null as base is a conflict where a context is",
  ),
  mutant(
    "takes null as base on a tombstone",
    "if (!isSame(found?.head ?? null, base) || !(isThere || reset)) {",
    "if (!(base === null && !isThere) && (!isSame(found?.head ?? null, base) || !(isThere || reset))) {",
    "commit: null as base is a conflict where a tombstone is",
  ),
  mutant(
    "takes any base for a tombstone's",
    "if (!isSame(found?.head ?? null, base) || !(isThere || reset)) {",
    "if ((isThere || found === undefined || base === null) ? !isSame(found?.head ?? null, base) : !reset) {",
    "commit: reset on a tombstone is refused on another head",
  ),
  {
    name: "lets an update follow a tombstone",
    edits: [
      [" || !(isThere || reset)) {", ") {"],
      ["const before = reset || found === undefined ?", "const before = reset || !isThere ?"],
    ],
    breaks: "commit: without reset nothing follows a tombstone, for all that it has the head",
  },
  mutant(
    "lets nothing follow a tombstone",
    "!(isThere || reset)",
    "!(isThere || base === null)",
    "commit: with reset a new lineage follows a tombstone, and the tombstone is gone",
  ),
  mutant(
    "waits between comparing and storing",
    "const before = reset",
    "await this.#late(); const before = reset",
    "commit: of many at once on one base exactly one is stored, over one connection",
  ),
  mutant(
    "waits before storing what is created",
    "const before = reset",
    "if (base === null) await this.#late(); const before = reset",
    "commit: of many that create at once exactly one is stored",
  ),
  mutant(
    "stores one at a time, refusing others",
    "const found = this.#contexts.get(id);\n    const isThere",
    "if (this.busy) return { ok: false };\n    this.busy = true;\n    await this.#late();\n    this.busy = false;\n    const found = this.#contexts.get(id);\n    const isThere",
    "commit: many at once on different ids are all stored",
  ),
  mutant(
    "loses a commit",
    "this.#contexts.set(id, stored);",
    "if (head.version !== 3) this.#contexts.set(id, stored);",
    "commit: without a snapshot the entry is appended and the stored snapshot stays",
  ),
  mutant(
    "stores before it compares",
    "const isThere = found",
    "if (found?.tail && base) found.expiresAt = expiresAt;\n    const isThere = found",
    "commit: a base that others have left behind is a conflict, whatever the commit brings",
    /a conflict changes nothing of what is due/,
  ),
  mutant(
    "stores the first entry only",
    "[...before.tail, ...entries]",
    "[...before.tail, entries[0]]",
    "commit: several entries are stored in their order, the head being the last one's",
  ),
  mutant(
    "stores the newest entry first",
    "[...before.tail, ...entries]",
    "[...before.tail, ...entries.toReversed()]",
    "commit: several entries are stored in their order, the head being the last one's",
    /follow each other without a gap, oldest first/,
  ),
  mutant(
    "replaces the log",
    "[...before.tail, ...entries]",
    "[...entries]",
    "commit: without a snapshot the entry is appended and the stored snapshot stays",
    /no entry after the snapshot is missing/,
  ),
  mutant(
    "keeps the first entry's time",
    "entries.at(-1).insertedAt",
    "entries[0].insertedAt",
    "commit: several entries are stored in their order, the head being the last one's",
    /insertedAt is the newest entry's/,
  ),
  mutant(
    "keeps the first snapshot",
    "snapshot === undefined ? before.snapshot",
    "before.snapshot !== undefined ? before.snapshot",
    "commit: a snapshot replaces the stored one, and entries from before stay",
  ),
  mutant(
    "takes a snapshot for the first entry's state",
    "{ version: head.version, context: snapshot }",
    "{ version: entries[0].version, context: snapshot }",
    "commit: a snapshot with several entries is the state after the last",
  ),
  mutant(
    "forgets entries when a snapshot comes",
    "[...before.tail, ...entries]",
    "[...(snapshot === undefined ? before.tail : []), ...entries]",
    "commit: a snapshot replaces the stored one, and entries from before stay",
  ),
  mutant(
    "ignores reset",
    "const before = reset || found === undefined ?",
    "const before = !isThere ?",
    "commit: reset on a context begins a new lineage, and entries from before go",
  ),
  mutant(
    "demands that versions go on in a reset",
    "const before = reset",
    'if (reset && base && entries[0].version !== base.version + 1) throw new Error("a gap"); const before = reset',
    "commit: reset may leave versions out, as a restore from elsewhere does",
    /a gap/,
  ),
  mutant(
    "stores the same commit twice",
    "if (isThere && isSame(found.head, head)) return { ok: true };",
    "if (isThere && isSame(found.head, head)) { if (!reset) found.tail.push(...entries.map((entry) => ({ ...entry }))); return { ok: true }; }",
    "commit: the same one sent twice is ok, and stored once",
  ),
  mutant(
    "refuses the same commit",
    "if (isThere && isSame(found.head, head)) return { ok: true };",
    "",
    "commit: the same one sent twice is ok, and stored once",
  ),
  mutant(
    "knows every commit that it has had",
    "if (isThere && isSame(found.head, head)) return { ok: true };",
    "if (isThere && found.tail.some((entry) => isSame(entry, head))) return { ok: true };",
    "commit: one that others have followed is a conflict when it comes again",
  ),
  mutant(
    "brings a removed context back",
    "if (isThere && isSame(found.head, head)) return { ok: true };",
    'if (isThere && isSame(found.head, head)) return { ok: true };\n    if (found && !isThere && isSame(found.head, head)) { this.#contexts.set(id, { head, snapshot: { version: head.version, context: "{}" }, tail: [], insertedAt: 0, expiresAt, deltasExpireAt }); return { ok: true }; }',
    "commit: one that comes again after its context was removed brings nothing back",
  ),
];
