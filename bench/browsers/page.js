// What the page has: `measure(group, effort)` for the same works as on other runtimes, and `measureIndexedDb()`.

import * as chord from "chord-sync";
import { measureGroup } from "../groups/index.js";
import { measureIndexedDb } from "./indexed-db.js";

// Clocks of browsers are coarse, so a sample is longer here.
const SAMPLE_MS = 10;

globalThis.measure = (group, effort) => measureGroup(group, { ...effort, sampleMs: Math.min(SAMPLE_MS, effort.sampleMs * 3) }, chord);
globalThis.measureIndexedDb = measureIndexedDb;
