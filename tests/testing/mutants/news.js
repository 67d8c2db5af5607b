/** News told wrong. */
import { mutant } from "./mutant.js";

export const news = [
  mutant(
    "answers with a hole",
    "entries: found.tail.slice(start) }",
    "entries: found.tail.slice(start).filter((_, index) => index !== 1) }",
    "since: from each kept commit on, all that came after",
    /without a gap/,
  ),
  mutant(
    "answers with the last entry alone",
    "entries: found.tail.slice(start) }",
    "entries: found.tail.slice(-1) }",
    "since: from each kept commit on, all that came after",
  ),
  mutant(
    "leaves the newest entry out",
    "entries: found.tail.slice(start) }",
    "entries: found.tail.slice(start, -1) }",
    "since: from each kept commit on, all that came after",
  ),
  mutant(
    "answers with the whole log",
    "entries: found.tail.slice(start) }",
    "entries: [...found.tail] }",
    "since: from each kept commit on, all that came after",
  ),
  mutant(
    "tells what is left where the beginning has gone",
    'start === -1 ? { kind: "reload" }',
    'start === -1 && !(have.version < found.head.version && found.tail.length) ? { kind: "reload" }',
    "since: from before the kept log on it can't be told",
  ),
  mutant(
    "finds its place by version",
    "version === have.version + 1 && previous === have.revision",
    "version === have.version + 1",
    "since: the same version with another revision is another state",
  ),
  mutant(
    "finds its place by revision",
    "version === have.version + 1 && previous === have.revision",
    "previous === have.revision",
    "since: the same revision with another version is another state",
  ),
  mutant(
    "knows versions only",
    'if (isSame(found.head, have)) return { kind: "same" };',
    'if (found.head.version === have.version) return { kind: "same" };',
    "since: the same version with another revision is another state",
  ),
  mutant(
    "is never the same",
    'if (isSame(found.head, have)) return { kind: "same" };',
    'if (isSame(found.head, have)) return { kind: "reload" };',
    "since: the stored head is the same",
  ),
  mutant(
    "tells of a tombstone as of a context",
    'if (found === undefined || found.tombstoneUntil !== undefined) return { kind: "gone" };',
    'if (found === undefined) return { kind: "gone" };\n    if (found.tombstoneUntil !== undefined) return { kind: isSame(found.head, have) ? "same" : "gone" };',
    "since: where nothing or a tombstone is stored, gone",
  ),
  mutant(
    "tells nothing of what is gone",
    'if (found === undefined || found.tombstoneUntil !== undefined) return { kind: "gone" };',
    'if (found === undefined || found.tombstoneUntil !== undefined) return { kind: "reload" };',
    "since: where nothing or a tombstone is stored, gone",
  ),
  mutant(
    "leads on across a reset",
    "tail: [...before.tail, ...entries],",
    "tail: [...before.tail, ...(reset && base ? entries.map((entry, index) => (index ? entry : { ...entry, previous: base.revision })) : entries)],",
    "since: across a reset it can't be told, though versions go on",
  ),
  mutant(
    "tells conflicts nothing",
    'tail: news.kind === "tail" ? news.entries : "reload" }',
    'tail: "reload" }',
    "commit: a conflict tells what has happened since base",
  ),
  mutant(
    "tells conflicts the whole log",
    'tail: news.kind === "tail" ? news.entries : "reload" }',
    "tail: [...(found?.tail ?? [])] }",
    "commit: a conflict tells no entries where they don't lead on from base",
  ),
  mutant(
    "tells conflicts another head",
    "return { ok: false, head: found?.head ?? null,",
    "return { ok: false, head: base,",
    "commit: a conflict tells what has happened since base",
  ),
  mutant(
    "conflicts have an empty tail",
    'tail: news.kind === "tail" ? news.entries : "reload" }',
    'tail: news.kind === "tail" ? news.entries : [] }',
    "commit: a conflict tells no entries where they don't lead on from base",
    /a conflict's tail leads on from base/,
  ),
];
