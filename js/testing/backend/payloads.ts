/** Texts, ids and numbers come back as they went in. */
import type { Backend, Commit, Entry } from "../../backend.js";
import { same } from "../contract.js";
import { accepted, commitOn, contextAt, headOf, noon, stateAt } from "../history.js";
import { claim, hasNothing, removed } from "./claims.js";

/** Ids that mean something to one or another store, each of them another id. */
const ids = [
  ...[
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "length",
    "null",
    "undefined",
    "true",
    "NaN",
    "0",
    "-0",
    "00",
    "1",
    "01",
    "1.0",
    "1e3",
  ],
  ...[
    "a",
    "A",
    "á",
    "a\u0301",
    " a",
    "a ",
    "a\t",
    "a\n",
    "a\r\n",
    "a\u0000",
    "a\u0000b",
    "\u0000",
    "\u0001",
    " ",
    "\u007f",
    "\u00a0",
    "\ufeffa",
    "\u200b",
    "\u2028",
  ],
  ...[
    "user:1",
    "user:1:log",
    "user:{1}",
    "{user}:1",
    "{}",
    "{a}b",
    "}{",
    "[1]",
    "a.b",
    "a/b",
    "../a",
    "a\\b",
    "a%00b",
    "%",
    "_",
    "'",
    '"',
    "`",
    "';--",
    "$1",
    "?",
    "#",
    "&=",
    "*a",
    "a|b",
    "a,b",
  ],
  ...[
    "ß",
    "ẞ",
    "ı",
    "İ",
    "σ",
    "ς",
    "日本語",
    "😀",
    "👩‍👩‍👧",
    "\ufffd",
    "\uffff",
    "\u{10ffff}",
    "x".repeat(512),
    "é".repeat(256),
    `${"x".repeat(511)}y`,
  ],
];

/** Every character that UTF-8 knows of the first plane, and some of each other one. */
function allCharacters(): string {
  const parts: string[] = [];
  for (let point = 0x20; point < 0xd800; point += 64) parts.push(characters(point, 64));
  for (let point = 0xe000; point < 0x10000; point += 64) parts.push(characters(point, 64));
  for (let plane = 1; plane <= 16; plane += 1) parts.push(characters(plane * 0x10000, 64), characters(plane * 0x10000 + 0xff00, 256));
  return parts.join("");
}

function characters(from: number, count: number): string {
  return String.fromCodePoint(...Array.from({ length: count }, (_, index) => from + index));
}

/** Stores texts as a delta and as a snapshot, and compares what comes back in each way there is. */
async function comesBack(backend: Backend, id: string, text: string, rule: string): Promise<void> {
  const first = await accepted(backend, id, commitOn(null, { entries: [text], snapshot: text }), rule);
  const second = await accepted(backend, id, commitOn(first.head, { entries: [text] }), rule);
  const stored = await contextAt(backend, id, rule);
  same(`${rule}: snapshot`, stored.snapshot, { version: 1, context: text });
  same(`${rule}: entries`, stored.tail, [...first.entries, ...second.entries]);
  const news = await backend.since(id, first.head);
  if (news.kind === "tail") same(`${rule}: news`, news.entries, second.entries);
}

export const payloads = [
  claim("ids: each id is another one, whatever its characters, as it is", async (backend) => {
    const rule = "ids: each id is another one, whatever its characters, as it is";
    const heads = new Map<string, Commit["head"]>();
    for (const id of ids) await hasNothing(backend, id, rule);
    for (const [index, id] of ids.entries()) {
      heads.set(id, (await accepted(backend, id, commitOn(null, { snapshot: `{"id":${index}}` }), rule)).head);
    }
    for (const [index, id] of ids.entries()) {
      const stored = await contextAt(backend, id, rule);
      same(rule, stored, { head: heads.get(id), snapshot: { version: 1, context: `{"id":${index}}` } });
    }
    const listed = await backend.list({ limit: 1_000, cursor: undefined, order: "asc", prefix: "" });
    same("ids: list gives each as it is", listed.ids.toSorted(), ids.toSorted());
  }),

  claim("ids: what is due is told by its id as it is, and goes by it", async (backend) => {
    const rule = "ids: what is due is told by its id as it is, and goes by it";
    for (const id of ids) {
      const { head } = await accepted(backend, id, commitOn(null, { expiresAt: noon, deltasExpireAt: noon }));
      if (id.length % 2 === 0) await removed(backend, id, head, noon);
    }
    const due = new Set((await backend.expired(noon, 1_000)).map(({ id }) => id));
    same(rule, [...due].sort(), ids.toSorted());
    for (const id of ids) await backend.remove(id, { expiredBefore: noon, tombstoneUntil: noon + 1 });
    const left = (await backend.expired(noon, 1_000)).filter(({ kind }) => kind !== "tombstone");
    same(rule, left, []);
  }),

  claim("texts: they are stored as they are, neither parsed nor printed anew", async (backend) => {
    const rule = "texts: they are stored as they are, neither parsed nor printed anew";
    const texts = [
      '{"big":12345678901234567890,"exact":0.1000,"one":1.0,"huge":1e400,"tiny":5e-324,"minus":-0}',
      '{ "spaces" : [ 1 , 2 ] ,\n\t"b":1,"a":2,"a":3}',
      '{"escaped":"\\u0041\\/\\u00e9\\ud83d\\ude00\\u0000","__proto__":{"x":1},"constructor":null}',
      "{}",
      '{"":""}',
      '{"2":1,"10":2,"1":3}',
      '{"quote":"\' \\" ` ; -- $1 ? %s {0} \\\\"}',
    ];
    for (const [index, text] of texts.entries()) await comesBack(backend, `t${index}`, text, rule);
  }),

  claim("texts: all characters come back", async (backend) => {
    const text = JSON.stringify({ all: allCharacters(), [`${String.fromCodePoint(0xfeff)}key`]: "\u2028\u2029" });
    await comesBack(backend, "a", text, "texts: all characters come back");
  }),

  claim("texts: a thousand levels come back", async (backend) => {
    const text = `{"deep":${"[".repeat(1_000)}${"]".repeat(1_000)}}`;
    await comesBack(backend, "a", text, "texts: a thousand levels come back");
  }),

  claim(
    "texts: a state and a delta of a megabyte come back",
    async (backend) => {
      const text = JSON.stringify({ large: "aé日😀".repeat(110_000) });
      await comesBack(backend, "a", text, "texts: a state and a delta of a megabyte come back");
    },
    "megabytes",
  ),

  claim("entries: a thousand in one commit come back in their order", async (backend) => {
    const rule = "entries: a thousand in one commit come back in their order";
    const first = await accepted(backend, "a", commitOn(null));
    const { entries, head } = await accepted(backend, "a", commitOn(first.head, { entries: 1_000 }), rule);
    const stored = await contextAt(backend, "a", rule);
    same(rule, stored, { head, tail: [...first.entries, ...entries], snapshot: { version: 1, context: stateAt(1) } });
    const news = await backend.since("a", headOf(entries[899] as Entry));
    if (news.kind === "tail") same(rule, news.entries, entries.slice(900));
  }),

  claim("versions: they are exact up to 2^53 - 1", async (backend) => {
    const rule = "versions: they are exact up to 2^53 - 1";
    const first = await accepted(backend, "a", commitOn(null));
    const restored = commitOn({ version: 2 ** 53 - 5, revision: first.head.revision }, { reset: true, entries: 2 });
    await accepted(backend, "a", { ...restored, base: first.head });
    const next = await accepted(backend, "a", commitOn(restored.head), rule);
    same(rule, (await contextAt(backend, "a", rule)).tail, [...restored.entries, ...next.entries]);
    same(rule, next.head.version, 2 ** 53 - 2);
    same(rule, await backend.since("a", next.head), { kind: "same" });
  }),

  claim("revisions: any text serves, and none is another", async (backend) => {
    const rule = "revisions: any text serves, and none is another";
    const texts = ["00", "0", "1e1", "10", "A", "a", "a ", "a:b", "é", "e\u0301", "'", "x".repeat(100), "😀"];
    for (const [index, revision] of texts.entries()) {
      const made = commitOn(null);
      const entry = { ...(made.entries[0] as Entry), revision };
      const first = await accepted(backend, `r${index}`, { ...made, head: headOf(entry), entries: [entry] }, rule);
      same(rule, (await contextAt(backend, `r${index}`, rule)).head, { version: 1, revision });
      for (const other of texts) {
        const { kind } = await backend.since(`r${index}`, { version: 1, revision: other });
        same(rule, kind, other === revision ? "same" : "reload");
      }
      const next = await accepted(backend, `r${index}`, commitOn(first.head), rule);
      same(rule, (await contextAt(backend, `r${index}`, rule)).tail, [entry, ...next.entries]);
    }
  }),

  claim("times: insertedAt is exact, whichever number it is", async (backend) => {
    const rule = "times: insertedAt is exact, whichever number it is";
    const at = [-1e12, -1.5, 0, 0.1, 1 / 3, 1, noon + 0.123, 2 ** 53 - 1, 1e300, 1e-9];
    const { entries } = await accepted(backend, "a", commitOn(null, { entries: at.length, at }));
    same(rule, (await contextAt(backend, "a", rule)).tail, entries);
    for (const [index, time] of at.entries()) {
      await accepted(backend, `t${index}`, commitOn(null, { at: time }));
      same(rule, (await contextAt(backend, `t${index}`, rule)).insertedAt, time);
    }
  }),
];
