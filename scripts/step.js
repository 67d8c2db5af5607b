/** Build steps that are skipped while what they read is the same and what they write is there. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { duration, say } from "./say.js";
import { at, root } from "./paths.js";

const stamps = at("build", "stamps.json");

/** Every file below a folder (or the file itself), sorted; a path that isn't there has none. */
export function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(path, entry.name)) : [join(path, entry.name)]))
    .sort();
}

/** A digest of files' names and contents, and of plain text such as flags. */
export function digest(paths, text = "") {
  const hash = createHash("sha256").update(text);
  for (const file of paths.flatMap(filesBelow)) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(stamps, "utf8"));
  } catch {
    return {};
  }
}

/**
 * Runs `work` unless `reads` (files, folders) and `flags` are as they were when it last went well, and `writes` all exist.
 * Gives whether it ran. What a script itself does differently belongs into `flags` or `reads`.
 */
export async function step(name, { reads, writes, flags = "", text }, work) {
  const now = digest(reads, flags);
  if (readStamps()[name] === now && writes.every((path) => existsSync(path))) {
    say(name, "up to date");
    return false;
  }
  say(name, text);
  const started = performance.now();
  await work();
  mkdirSync(at("build"), { recursive: true });
  writeFileSync(stamps, `${JSON.stringify({ ...readStamps(), [name]: now }, null, 2)}\n`);
  say(name, `done in ${duration(performance.now() - started)}`);
  return true;
}
