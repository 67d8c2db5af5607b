import assert from "node:assert/strict";
import { test } from "node:test";
import { printGroup } from "../report.js";
import { loadPeers } from "./index.js";

const there = async () => ({ load: () => ({ open: () => "a document" }) });
const broken = async () => {
  throw new Error("no such engine\nat somewhere");
};

test("a peer that can't be loaded is named with the reason, and the others are measured", async () => {
  const { peers, absent } = await loadPeers({ there, broken });
  assert.deepEqual(
    peers.map(({ name }) => name),
    ["there"],
  );
  assert.deepEqual(absent, [{ name: "broken", why: "no such engine" }]);
});

test("the table names it", (t) => {
  const printed = [];
  t.mock.method(process.stdout, "write", (text) => printed.push(text));
  printGroup("update", { rows: [], absent: [{ name: "broken", why: "no such engine" }], facts: {} });
  t.mock.restoreAll();
  assert.match(printed.join(""), /broken: can't run here \(no such engine\)/);
});
