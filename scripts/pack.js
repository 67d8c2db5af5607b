/**
 * `npm run pack`: builds, makes the tarball `build/chord-sync-<version>.tgz` and unpacks it into `node_modules/chord-sync/`.
 *
 * Tests, demo and bench import `chord-sync` from there, so that they run what a user gets: real files, and only those in the tarball.
 */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { build } from "./build.js";
import { exclusively } from "./lock.js";
import { at } from "./paths.js";
import { run } from "./run.js";
import { isMain, main } from "./say.js";
import { step } from "./step.js";
import { agreedVersion } from "./versions.js";

export const tarball = () => at("build", `chord-sync-${agreedVersion()}.tgz`);

async function unpack(file, folder) {
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  await run("tar", ["-xzf", file, "-C", fresh, "--strip-components=1"]);
  // Swapped at the last moment, so that a program just starting finds the old package or the new one.
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}

/** Builds and packs what has changed; gives the tarball's path. */
export async function pack() {
  await exclusively(async () => {
    await build();
    const file = tarball();
    const installed = at("node_modules", "chord-sync");
    const writes = [file, at("node_modules", "chord-sync", "package.json")];
    await step("pack", { reads: [at("pkg")], writes, text: "npm pack ./pkg, unpacked into node_modules/chord-sync/" }, async () => {
      const npm = process.platform === "win32" ? "npm.cmd" : "npm";
      await run(npm, ["pack", "./pkg", "--pack-destination", at("build"), "--silent"], { show: "failure" });
      await unpack(file, installed);
    });
  });
  return tarball();
}

if (isMain(import.meta.url)) await main(async () => void (await pack()));
