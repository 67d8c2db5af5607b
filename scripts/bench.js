/**
 * `npm run bench [-- --quick] [-- --only update,growth] [-- --on node,deno,bun,chromium,firefox,webkit] [-- --save]`: gets, builds and packs what is
 * needed, peers included, then measures with `bench/bench.js`; unless told otherwise on Node, Deno and Bun, and quickly on Node alone. `--save` keeps
 * the figures: in `bench/results/`, the plot and the documents.
 */
import { pack } from "./pack.js";
import { at } from "./paths.js";
import { ensurePeers } from "./packages.js";
import { run } from "./run.js";
import { main } from "./say.js";

await main(async () => {
  await pack();
  await ensurePeers();
  const { code } = await run(process.execPath, [at("bench", "bench.js"), ...process.argv.slice(2)], { check: false });
  return code;
});
