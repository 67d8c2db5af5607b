/** `npm run format`: lays out Rust, JavaScript and TypeScript as the checks want them. */
import { at } from "./paths.js";
import { run } from "./run.js";
import { main } from "./say.js";

await main(async () => {
  await run("cargo", ["fmt", "--all"]);
  await run(process.execPath, [at("node_modules", "@biomejs", "biome", "bin", "biome"), "check", "--write"]);
});
