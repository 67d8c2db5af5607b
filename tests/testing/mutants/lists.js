/** Lists in disorder. */
import { mutant } from "./mutant.js";

export const lists = [
  mutant(
    "lists in UTF-16 order",
    "const [a, b] = [encoder.encode(one), encoder.encode(other)];",
    "return one < other ? -1 : Number(one > other);\n  const [a, b] = [encoder.encode(one), encoder.encode(other)];",
    "list: ids come in the order of their UTF-8 bytes, in both directions",
  ),
  mutant(
    "lists by language",
    "const [a, b] = [encoder.encode(one), encoder.encode(other)];",
    "return one.localeCompare(other);\n  const [a, b] = [encoder.encode(one), encoder.encode(other)];",
    "list: ids come in the order of their UTF-8 bytes, in both directions",
  ),
  mutant(
    "lists in one direction",
    'const direction = order === "desc" ? -1 : 1;',
    "const direction = 1;",
    "list: ids come in the order of their UTF-8 bytes, in both directions",
  ),
  mutant(
    "lists the cursor again",
    "compareUtf8(id, cursor) * direction > 0)",
    "compareUtf8(id, cursor) * direction >= 0)",
    "list: pages follow each other without a gap or a repetition, in both directions",
  ),
  mutant(
    "looks for the cursor itself",
    "const page = ids.slice(0, limit);",
    "if (cursor !== undefined && !live.includes(cursor)) return { ids: [] };\n    const page = ids.slice(0, limit);",
    "list: it goes on after a cursor that doesn't exist any more",
  ),
  mutant(
    "gives no cursor",
    "{ ids: page, cursor: page.at(-1) }",
    "{ ids: page }",
    "list: a page ends at the limit, with a cursor exactly where more follow",
  ),
  mutant(
    "gives a cursor after the last",
    "return ids.length > limit ?",
    "return ids.length >= limit && page.length > 0 ?",
    "list: a page ends at the limit, with a cursor exactly where more follow",
  ),
  mutant(
    "gives a cursor after nothing",
    ": { ids: page };",
    ': { ids: page, cursor: "" };',
    "list: where nothing is stored, no ids and no cursor",
    /what has a cursor has ids/,
  ),
  mutant(
    "ignores the limit of a page",
    "const page = ids.slice(0, limit);",
    "const page = ids;",
    "list: a page ends at the limit, with a cursor exactly where more follow",
    /no more than the limit/,
  ),
  mutant(
    "takes prefixes for patterns",
    "id.startsWith(prefix)",
    'new RegExp("^" + prefix.replaceAll("*", ".*").replaceAll("%", ".*").replace(/[?[\\\\^(]/g, "\\\\$&")).test(id)',
    "list: only ids with the prefix, whatever its characters mean elsewhere",
  ),
  mutant(
    "takes prefixes without their case",
    "id.startsWith(prefix)",
    "id.toLowerCase().startsWith(prefix.toLowerCase())",
    "list: only ids with the prefix, whatever its characters mean elsewhere",
  ),
  mutant("ignores prefixes", "id.startsWith(prefix)", "true", "list: only ids with the prefix, whatever its characters mean elsewhere"),
  mutant(
    "lists tombstones",
    "tombstoneUntil === undefined).map(([id]) => id)",
    "true).map(([id]) => id)",
    "list: tombstones are left out, and what is created again is back",
  ),
];
