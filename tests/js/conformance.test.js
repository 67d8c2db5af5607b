/** What `chord-sync/testing` asks of every backend, asked of those that come with the package: memory, and in browsers IndexedDB. */
import { test } from "node:test";
import { Chord } from "chord-sync";
import { chordConformance, register as registerCases } from "chord-sync/testing";
import { freshStore, storeLacks } from "./open.js";

const cases = chordConformance(Chord, freshStore, { lacks: storeLacks() });
// What takes two instances on one store is nothing that memory lacks: there is no such thing.
registerCases(
  cases.filter(({ skipped }) => skipped === undefined),
  test,
);
