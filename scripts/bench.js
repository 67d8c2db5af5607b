/** `npm run bench`: gets, builds and packs what is needed, then measures with `bench/bench.js`. Arguments are handed on. */
import { pack } from "./pack.js";
import { at } from "./paths.js";
import { run } from "./run.js";
import { main } from "./say.js";

await main(async () => {
  await pack();
  const { code } = await run(process.execPath, [at("bench", "bench.js"), ...process.argv.slice(2)], { check: false });
  return code;
});
