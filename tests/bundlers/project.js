/** A user's project: a fixture in a fresh folder outside the repository, with its locked tools and the tarball installed as a user does. */
import { cpSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { tarball } from "../../scripts/pack.js";
import { run, start } from "./command.js";

const here = (...path) => fileURLToPath(new URL(join(...path), import.meta.url));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/** Puts the program beside each file that says how the project gets the package. */
function addProgram(folder) {
  const found = readdirSync(folder, { recursive: true }).filter((path) => basename(path) === "chord.js");
  for (const path of found) cpSync(here("program"), dirname(join(folder, path)), { recursive: true, force: false });
}

/** Makes it. `script(name, …)` runs one of the manifest's scripts, `serve(name, …)` one that stays. */
export async function makeProject(name) {
  const file = process.env.CHORD_TARBALL ?? tarball();
  if (!existsSync(file)) throw new Error("there is no tarball yet: run `npm run pack`");
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `chord-${name}-`)));
  const servers = [];
  const project = {
    folder,
    script: (script, ...args) => run(folder, npm, ["run", script, "--", ...args]),

    /** Starts a server; gives the address it prints. */
    async serve(script, ...args) {
      const server = start(folder, npm, ["run", script, "--", ...args], 180_000);
      servers.push(server);
      const [url] = await server.printed(/http:\/\/(localhost|127\.0\.0\.1):\d+/);
      return url;
    },

    async remove() {
      for (const server of servers) await server.end();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
  try {
    cpSync(here("projects", name), folder, { recursive: true });
    addProgram(folder);
    if (existsSync(join(folder, "package-lock.json"))) await run(folder, npm, ["ci"]);
    await run(folder, npm, ["install", "--no-audit", "--no-fund", file]);
    return project;
  } catch (error) {
    await project.remove();
    throw error;
  }
}
