/** `npm start`: gets, builds and packs what is needed, builds the live page on the package and serves it until Ctrl-C. */
import { once } from "node:events";
import { pack } from "./pack.js";
import { at } from "./paths.js";
import { run } from "./run.js";
import { isMain, main, say } from "./say.js";
import { serve } from "./serve.js";
import { step } from "./step.js";

// C-H-O-R-D on a telephone's keys.
const port = 24673;

/** Builds the page with the package as it is installed; gives the folder it is in. */
export async function buildPage() {
  const folder = at("build", "www");
  const reads = [at("www"), at("node_modules", "chord-sync"), at("package-lock.json")];
  const writes = [at("build", "www", "index.html"), at("build", "www", "service-worker.js")];
  await step("page", { reads, writes, text: "vite build www, into build/www/" }, async () => {
    const vite = at("node_modules", "vite", "bin", "vite.js");
    await run(process.execPath, [vite, "build", "--config", at("www", "vite.config.js"), "--logLevel", "warn"], { show: "failure" });
  });
  return folder;
}

if (isMain(import.meta.url)) {
  await main(async () => {
    await pack();
    const { url, close } = await serve(await buildPage(), port);
    say("page", `${url}  (Ctrl-C ends it)`);
    await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
    await close();
  });
}
