/** What `list` gives, in which order, page by page. */
import type { Backend, Page } from "../../backend.js";
import { compareUtf8 } from "../../utf8-order.js";
import { BrokenContract, same, shown } from "../contract.js";
import { accepted, commitOn, noon } from "../history.js";
import { claim, removed } from "./claims.js";

const whole: Page = { limit: 1_000, cursor: undefined, order: "asc", prefix: "" };

const ordered = [
  ...["\u0000", "\n", " ", "!", "0", "1", "10", "2", "A", "B", "a", "a:", "a:1", "a:10", "a:2", "aa", "b", "z", "~", "\u007f"],
  ...[
    "\u0080",
    "ß",
    "é",
    "ł",
    "а",
    "߿",
    "ࠀ",
    "ऄ",
    "中",
    "日本",
    "\ud7ff",
    "\ue000",
    "\ufb01",
    "\ufffd",
    "\uffff",
    "𐀀",
    "😀",
    "😀a",
    "\u{10ffff}",
  ],
].sort(compareUtf8);

async function filled(backend: Backend, ids: readonly string[]): Promise<void> {
  // Neither in their order nor against it.
  for (const id of ids.toSorted((one, other) => one.length - other.length || (one < other ? 1 : -1))) {
    await accepted(backend, id, commitOn(null));
  }
}

/** All ids, page by page. */
async function walked(backend: Backend, page: Page, rule: string): Promise<readonly string[]> {
  const found: string[] = [];
  let { cursor } = page;
  for (let pages = 0; ; pages += 1) {
    const answer = await backend.list({ ...page, cursor });
    found.push(...answer.ids);
    if (answer.cursor === undefined) return found;
    if (pages > 2_000) throw new BrokenContract(rule, "a page without a cursor in the end", `page after page, last ${shown(answer)}`);
    cursor = found.at(-1);
  }
}

export const listing = [
  claim("list: where nothing is stored, no ids and no cursor", async (backend) => {
    const rule = "list: where nothing is stored, no ids and no cursor";
    const answer = await backend.list(whole);
    same(rule, [answer.ids, answer.cursor], [[], undefined]);
  }),

  claim("list: ids come in the order of their UTF-8 bytes, in both directions", async (backend) => {
    const rule = "list: ids come in the order of their UTF-8 bytes, in both directions";
    await filled(backend, ordered);
    same(rule, (await backend.list(whole)).ids, ordered);
    same(rule, (await backend.list({ ...whole, order: "desc" })).ids, ordered.toReversed());
  }),

  claim("list: pages follow each other without a gap or a repetition, in both directions", async (backend) => {
    const rule = "list: pages follow each other without a gap or a repetition, in both directions";
    await filled(backend, ordered);
    for (const limit of [1, 2, 7, ordered.length - 1, ordered.length]) {
      same(rule, await walked(backend, { ...whole, limit }, rule), ordered);
      same(rule, await walked(backend, { ...whole, limit, order: "desc" }, rule), ordered.toReversed());
    }
  }),

  claim("list: a page ends at the limit, with a cursor exactly where more follow", async (backend) => {
    const rule = "list: a cursor is there exactly where more follow";
    await filled(backend, ["a", "b", "c"]);
    for (const order of ["asc", "desc"] as const) {
      const some = await backend.list({ ...whole, limit: 2, order });
      if (some.cursor === undefined) throw new BrokenContract(rule, "a cursor after two of three", shown(some));
      same(rule, (await backend.list({ ...whole, limit: 2, order, cursor: some.ids.at(-1) })).cursor, undefined);
      same(rule, (await backend.list({ ...whole, limit: 3, order })).cursor, undefined);
      same(
        "list: where nothing comes after the cursor, no ids",
        (await backend.list({ ...whole, order, cursor: order === "asc" ? "c" : "a" })).ids,
        [],
      );
    }
  }),

  claim("list: it goes on after a cursor that doesn't exist any more", async (backend) => {
    const rule = "list: it goes on after a cursor that doesn't exist any more";
    await filled(backend, ["a", "b", "d", "e"]);
    const ids = async (page: Partial<Page>): Promise<readonly string[]> => (await backend.list({ ...whole, ...page })).ids;
    same(rule, await ids({ cursor: "c" }), ["d", "e"]);
    same(rule, await ids({ cursor: "c", order: "desc" }), ["b", "a"]);
    same(rule, await ids({ cursor: "bb", limit: 1 }), ["d"]);
    const { head } = await accepted(backend, "c", commitOn(null));
    await removed(backend, "c", head, noon);
    same(rule, await ids({ cursor: "c" }), ["d", "e"]);
    same(rule, await ids({ cursor: "\ufffd", order: "desc", limit: 1 }), ["e"]);
  }),

  claim("list: only ids with the prefix, whatever its characters mean elsewhere", async (backend) => {
    const rule = "list: only ids with the prefix, whatever its characters mean elsewhere";
    const ids = ["", "%", "*", "?", "[a]", "_", "\\", "^", ".", "A", "a", "é", "日", "😀", "\u0000", "\uffff"].flatMap((prefix) => [
      `${prefix}x`,
      `${prefix}xy`,
    ]);
    const all = [...new Set([...ids, "xé", "ax😀", "user:1", "user:10", "user:2", "user", "users"])];
    await filled(backend, all);
    const expected = (await backend.list(whole)).ids;
    same("list: all ids are listed", expected.toSorted(), all.toSorted());
    for (const prefix of [
      "x",
      "%",
      "*",
      "?",
      "[",
      "[a]",
      "_",
      "\\",
      "^",
      ".",
      "A",
      "a",
      "é",
      "日",
      "😀",
      "\u0000",
      "\uffff",
      "user",
      "user:",
      "user:1",
      "nothing",
    ]) {
      const due = expected.filter((id) => id.startsWith(prefix));
      same(rule, await walked(backend, { ...whole, prefix }, rule), due);
      same(rule, await walked(backend, { ...whole, prefix, limit: 1, order: "desc" }, rule), due.toReversed());
    }
    const after = await backend.list({ ...whole, prefix: "user:", cursor: "a" });
    same("list: a cursor before the prefix leaves nothing out", after.ids, ["user:1", "user:10", "user:2"]);
    const beyond = await backend.list({ ...whole, prefix: "user:", cursor: "z" });
    same("list: after a cursor beyond the prefix there is nothing", beyond.ids, []);
  }),

  claim("list: tombstones are left out, and what is created again is back", async (backend) => {
    const rule = "list: tombstones are left out, and what is created again is back";
    await filled(backend, ["a", "c"]);
    const { head } = await accepted(backend, "b", commitOn(null));
    await removed(backend, "b", head, noon);
    same(rule, await walked(backend, { ...whole, limit: 1 }, rule), ["a", "c"]);
    await accepted(backend, "b", commitOn(head, { reset: true }));
    same(rule, await walked(backend, { ...whole, limit: 1 }, rule), ["a", "b", "c"]);
  }),
];
