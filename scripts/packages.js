/** The npm packages the scripts and tests need, as the lock names them. */
import { existsSync, readFileSync } from "node:fs";
import { duration, Failure, say } from "./say.js";
import { run } from "./run.js";
import { at } from "./paths.js";

function readPackages(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : {};
}

/** The first package that isn't installed as the lock says. Optional ones may be missing: they are for other machines. */
function firstDifference() {
  const wanted = readPackages(at("package-lock.json"));
  const installed = readPackages(at("node_modules", ".package-lock.json"));
  return Object.keys(wanted).find((path) => {
    if (path === "") return false;
    if (installed[path] === undefined) return !wanted[path].optional;
    return installed[path].version !== wanted[path].version || !existsSync(at(path, "package.json"));
  });
}

/** Installs the locked packages unless they are there. */
export async function ensurePackages() {
  const missing = firstDifference();
  if (missing === undefined) return say("npm", "packages are there");
  say("npm", `installing the locked packages with \`npm ci\` (${missing} is missing or another version)`);
  const started = performance.now();
  const { code } = await run(process.platform === "win32" ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund"], {
    check: false,
    show: "failure",
  });
  if (code !== 0) throw new Failure("The npm packages could not be installed: run `npm ci` and see what it says.");
  say("npm", `done in ${duration(performance.now() - started)}`);
}
