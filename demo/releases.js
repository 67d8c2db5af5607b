import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * Consecutive releases of the MIME type database, oldest first. package.json lists them as npm aliases (`mime-db-1.40` and so on),
 * because npm installs one version of a package under its own name.
 */
export function loadReleases() {
  const { devDependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return Object.keys(devDependencies)
    .filter((name) => name.startsWith("mime-db-"))
    .sort((a, b) => minor(a) - minor(b))
    .map((alias) => ({ release: require(`${alias}/package.json`).version, db: require(`${alias}/db.json`) }));
}

const minor = (alias) => Number(alias.split(".")[1]);
