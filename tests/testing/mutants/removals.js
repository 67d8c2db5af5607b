/** Removals gone wrong. */
import { mutant } from "./mutant.js";

export const removals = [
  mutant(
    "removes by the version",
    "isSame(found.head, head) : found.expiresAt",
    "found.head.version === head.version : found.expiresAt",
    "remove: a context with another head stays, in version or revision",
  ),
  mutant(
    "removes whatever is there",
    "if (!isMeant) return null;",
    "",
    "remove: a context with another head stays, in version or revision",
  ),
  mutant(
    "leaves no tombstone",
    "this.#contexts.set(id, { head: found.head, tombstoneUntil });",
    "this.#contexts.delete(id);",
    "remove: the context with the head asked for goes, and a tombstone with that head stays",
  ),
  mutant(
    "leaves tombstones of nothing",
    "const found = this.#contexts.get(id);\n    if (found === undefined) return null;\n    if (found.tombstoneUntil !== undefined) {",
    "const found = this.#contexts.get(id);\n    if (found === undefined) {\n      if (head) this.#contexts.set(id, { head, tombstoneUntil });\n      return null;\n    }\n    if (found.tombstoneUntil !== undefined) {",
    "remove: where nothing is stored, nothing goes and nothing is left",
  ),
  mutant(
    "renews tombstones",
    "if (expiredBefore === undefined || found",
    "if (expiredBefore === undefined) found.tombstoneUntil = tombstoneUntil;\n      if (expiredBefore === undefined || found",
    "remove: by its head no tombstone goes, nor lasts longer",
  ),
  mutant(
    "removes tombstones by their head",
    "if (expiredBefore === undefined || found.tombstoneUntil > expiredBefore) return null;",
    "if (expiredBefore === undefined ? !isSame(found.head, head) : found.tombstoneUntil > expiredBefore) return null;",
    "remove: by its head no tombstone goes, nor lasts longer",
  ),
  mutant(
    "never forgets a tombstone",
    "this.#contexts.delete(id);\n      return found.head;",
    "return found.head;",
    "remove: a tombstone that has passed goes, one that hasn't stays",
  ),
  mutant(
    "forgets tombstones at once",
    "found.tombstoneUntil > expiredBefore) return null;",
    "false) return null;",
    "remove: a tombstone that has passed goes, one that hasn't stays",
  ),
  mutant(
    "has tombstones last a moment longer",
    "found.tombstoneUntil > expiredBefore) return null;",
    "found.tombstoneUntil >= expiredBefore) return null;",
    "remove: a tombstone that has passed goes, one that hasn't stays",
  ),
  mutant(
    "has contexts last a moment longer",
    "found.expiresAt <= expiredBefore;",
    "found.expiresAt < expiredBefore;",
    "remove: by expiredBefore a context goes when its expiresAt is then or earlier",
  ),
  mutant(
    "removes by time whether due or not",
    "found.expiresAt !== null && found.expiresAt <= expiredBefore;",
    "true;",
    "remove: a context that a commit has renewed stays",
  ),
  mutant(
    "takes no expiry for an old one",
    "found.expiresAt !== null && found.expiresAt <= expiredBefore;",
    "(found.expiresAt ?? 0) <= expiredBefore;",
    "remove: by expiredBefore a context that doesn't expire stays, though its deltas are due",
  ),
  mutant(
    "waits between looking and removing",
    "if (!isMeant) return null;",
    "if (!isMeant) return null;\n    await this.#late();",
    "remove: of many removals at once exactly one tells the head",
  ),
  mutant(
    "removes what has been committed meanwhile",
    "if (!isMeant) return null;",
    "if (!isMeant) return null;\n    if (expiredBefore === undefined) await this.#late();",
    "remove: of a commit and a removal at once, exactly one finds the head",
  ),
  mutant(
    "answers with true",
    "this.#contexts.set(id, { head: found.head, tombstoneUntil });\n    return found.head;",
    "this.#contexts.set(id, { head: found.head, tombstoneUntil });\n    return true;",
    "remove: the context with the head asked for goes, and a tombstone with that head stays",
    /the answer is the head that went/,
  ),
  mutant(
    "keeps a removed context's log",
    "const before = reset || found === undefined ?",
    "if (found === undefined && this.old?.has(id)) found = this.old.get(id);\n    const before = found === undefined || (reset && found.tail === undefined) || isThere && reset ?",
    "remove: what is created again has nothing of what was there before",
  ),
];
removals
  .at(-1)
  .edits.push(
    ["const found = this.#contexts.get(id);\n    const isThere", "let found = this.#contexts.get(id);\n    const isThere"],
    [
      "this.#contexts.set(id, { head: found.head, tombstoneUntil });",
      "(this.old ??= new Map()).set(id, found);\n    this.#contexts.set(id, { head: found.head, tombstoneUntil });",
    ],
  );
