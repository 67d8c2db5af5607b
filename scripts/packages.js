/** The npm packages the scripts and tests need, as the lock names them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { duration, Failure, say } from "./say.js";
import { run } from "./run.js";
import { at, root } from "./paths.js";

function readPackages(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : {};
}

/** The first package below `folder` that isn't installed as the lock says. Optional ones may be missing: they are for other machines. */
function firstDifference(folder) {
  const wanted = readPackages(join(folder, "package-lock.json"));
  const installed = readPackages(join(folder, "node_modules", ".package-lock.json"));
  return Object.keys(wanted).find((path) => {
    if (path === "") return false;
    if (installed[path] === undefined) return !wanted[path].optional;
    return installed[path].version !== wanted[path].version || !existsSync(join(folder, path, "package.json"));
  });
}

/** Installs the packages locked in `folder` unless they are there; `what` says which they are. */
async function ensureLocked(folder, what) {
  const missing = firstDifference(folder);
  if (missing === undefined) return say("npm", `${what} are there`);
  say("npm", `installing the locked ${what} with \`npm ci\` (${missing} is missing or another version)`);
  const started = performance.now();
  const { code } = await run(process.platform === "win32" ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], {
    check: false,
    show: "failure",
    cwd: folder,
  });
  if (code !== 0) throw new Failure(`The npm packages could not be installed: run \`npm ci\` in ${folder} and see what it says.`);
  say("npm", `done in ${duration(performance.now() - started)}`);
}

export const ensurePackages = () => ensureLocked(root, "packages");

/** Those that Chord is measured against. They have a lock of their own, for 90 MB that nothing else needs. */
export const ensurePeers = () => ensureLocked(at("bench"), "peers");
