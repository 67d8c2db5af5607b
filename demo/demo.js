// `npm run demo`: Chord doing its main job on real data, checked at every step. Exits with 1 if anything was not as it should be.

import { Chord } from "chord-sync";
import { cleanup } from "./scenes/cleanup.js";
import { formats } from "./scenes/formats.js";
import { replay } from "./scenes/replay.js";
import { safekeeping } from "./scenes/safekeeping.js";
import { updates } from "./scenes/updates.js";
import { bold, count, green, mark, red, say, size } from "./terminal.js";
import { Verdict } from "./verdict.js";

const started = performance.now();
const verdict = new Verdict();

const total = await replay(verdict);
const chord = await Chord.open();
const before = await updates(chord, verdict);
await formats(chord, before, verdict);
await chord.close();
await safekeeping(verdict);
await cleanup(verdict);

const seconds = ((performance.now() - started) / 1000).toFixed(1);
const story =
  `${total.releases} releases, ${total.clients} clients, ${count(total.syncs)} syncs, ` +
  `${size(total.bytes)} sent instead of ${size(total.fullBytes)}, ${verdict.checks} checks, ${seconds} s`;

say();
if (verdict.failures === 0) {
  say(`${mark(true)} ${bold(green("Every client equals the truth."))} ${story}`);
} else {
  say(
    `${mark(false)} ${bold(red(`${verdict.failures} of ${verdict.checks} checks failed; ${total.different} client views differed.`))} ${story}`,
  );
  process.exitCode = 1;
}
say();
