/** Logs trimmed wrong. */
import { mutant } from "./mutant.js";

export const logs = [
  mutant("doesn't trim in commits", "    trim(stored, keep);\n", "", "commit: the log is trimmed in the same step"),
  mutant(
    "trims past the snapshot",
    "if (!isOver || oldest.version > stored.snapshot.version) break;",
    "if (!isOver) break;",
    "trim: no entry after the stored snapshot goes, whatever is to be kept",
    /no entry after the snapshot is missing/,
  ),
  mutant(
    "keeps what the snapshot covers itself",
    "oldest.version > stored.snapshot.version",
    "oldest.version >= stored.snapshot.version",
    "trim: a count of 0 keeps none, and the context is still there",
  ),
  mutant(
    "trims only below the snapshot's log",
    "if (!isOver || oldest",
    "if (!isOver || stored.snapshot.version < stored.head.version || oldest",
    "trim: entries up to the snapshot go, those after it stay",
  ),
  mutant(
    "keeps one entry too many",
    "stored.tail.length > count",
    "stored.tail.length > count + 1",
    "trim: only the newest `count` entries stay",
  ),
  mutant(
    "keeps a count of 0 for none at all",
    "count !== null && stored.tail.length > count",
    "count && stored.tail.length > count",
    "trim: a count of 0 keeps none, and the context is still there",
  ),
  mutant("takes null for 0", "(count !== null && stored.tail.length > count)", "stored.tail.length > count", "trim: null bounds nothing"),
  mutant("ignores bytes", "(bytes !== null && size() > bytes)", "false", "trim: the oldest go while deltas take more than `bytes`"),
  mutant(
    "keeps less than bytes",
    "size() > bytes",
    "size() >= bytes",
    "trim: deltas that take just `bytes` stay, and one that takes more goes",
  ),
  mutant(
    "keeps what is as old as after",
    "oldest.insertedAt <= after",
    "oldest.insertedAt < after",
    "trim: entries of `after` or earlier go",
  ),
  mutant(
    "drops by time from the middle",
    "  let dropped = 0;\n  const size",
    "  const all = stored.tail.length;\n  stored.tail = stored.tail.filter((entry) => after === null || entry.insertedAt > after || entry.version > stored.snapshot.version);\n  let dropped = all - stored.tail.length;\n  const size",
    "trim: it stops at the first entry that stays, though a later one is older by the clock",
    /how many entries went/,
  ),
  mutant(
    "needs all bounds at once",
    "(count !== null && stored.tail.length > count) ||",
    "(count === null || stored.tail.length > count) && count !== null && after === null && bytes === null ||",
    "trim: each bound counts by itself",
  ),
  mutant(
    "says nothing of what went",
    "return dropped;\n}",
    "return 0;\n}",
    "trim: only the newest `count` entries stay",
    /it says how many entries went/,
  ),
  mutant(
    "has entries in the order of texts",
    "tail: [...before.tail, ...entries],",
    "tail: [...before.tail, ...entries].sort((one, other) => (String(one.version) < String(other.version) ? -1 : 1)),",
    "trim: a log of more than ten entries is in the order of versions as numbers",
    /oldest first/,
  ),
  mutant(
    "trims tombstones into contexts",
    "if (found === undefined || found.tombstoneUntil !== undefined) return 0;\n    const dropped",
    "if (found === undefined) return 0;\n    if (found.tombstoneUntil !== undefined) { found.tombstoneUntil += deltasTtl ?? 0; return 0; }\n    const dropped",
    "trim: where nothing or a tombstone is stored, nothing goes",
  ),
  mutant(
    "trims others by the beginning of their ids",
    "const dropped = trim(found, keep);",
    "let dropped = trim(found, keep);\n    for (const [other, row] of this.#contexts) if (other !== id && other.startsWith(id) && row.tail) trim(row, keep);",
    "trim: other contexts keep theirs",
  ),
  mutant(
    "loses the log's end in a trim",
    "const dropped = trim(found, keep);",
    'const dropped = trim(found, keep);\n    if (dropped > 0) found.head = { ...found.head, revision: "other" };',
    "trim: what came after is still told, and the log goes on",
  ),
];
