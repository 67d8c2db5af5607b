// One group, measured in this process: `process.js <group> <effort>`. Prints one line of JSON after a mark, for `run.js` to read.

import * as chord from "chord-sync";
import { efforts, measureGroup } from "./groups/index.js";
import { releaseSeries } from "./releases.js";

const [name, effort, rounds] = process.argv.slice(2);
const series = name === "mime" ? releaseSeries() : undefined;
const measured = await measureGroup(name, { ...efforts[effort], ...(rounds && { rounds: Number(rounds) }) }, { ...chord, series });
console.log(`\nmeasured ${JSON.stringify(measured)}`);
