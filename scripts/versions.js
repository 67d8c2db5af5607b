/** The one version: `pkg-template/package.json` has it, the other manifests repeat it. */
import { readFileSync } from "node:fs";
import { Failure } from "./say.js";
import { at } from "./paths.js";

const read = (...parts) => readFileSync(at(...parts), "utf8");

/** The package's version. A manifest that says another one is a `Failure`. */
export function agreedVersion() {
  const { version } = JSON.parse(read("pkg-template", "package.json"));
  const others = {
    "package.json": JSON.parse(read("package.json")).version,
    "Cargo.toml": read("Cargo.toml").match(/^version = "(.+)"$/m)?.[1],
  };
  for (const [file, other] of Object.entries(others)) {
    if (other !== version) {
      throw new Failure(`${file} says version ${other}, pkg-template/package.json ${version}: make them the same.`);
    }
  }
  return version;
}
