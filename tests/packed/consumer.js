/** A user's project: an empty folder outside the repository with the tarball installed into it. */
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { tarball } from "../../scripts/pack.js";
import { bun, deno, node } from "../../scripts/runtimes.js";

const execute = promisify(execFile);
const programs = fileURLToPath(new URL("programs", import.meta.url));

/** How a user starts a program: no flags and, on Deno, no permissions. */
export const runtimes = {
  Node: (program) => [node, [program]],
  Deno: (program) => [deno(), ["run", program]],
  Bun: (program) => [bun(), ["run", program]],
};

/** What a program printed and how it ended. One still running after `timeout` ms is killed, and its code is "killed". */
export async function start(cwd, [program, args], { timeout = 20_000 } = {}) {
  const env = { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
  // Node tells its test runner's children that they are tests, which these aren't.
  delete env.NODE_TEST_CONTEXT;
  delete env.NODE_OPTIONS;
  const running = execute(program, args, { cwd, env, timeout, killSignal: "SIGKILL" });
  // Deno asks for permissions where somebody could answer.
  running.child.stdin.end();
  try {
    return { code: 0, ...(await running) };
  } catch (error) {
    return { code: error.killed ? "killed" : error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

/** Makes the project, with the programs in it. Gives its folder and `remove()`. */
export async function makeConsumer() {
  const file = tarball();
  if (!existsSync(file)) throw new Error("there is no tarball yet: run `npm run pack`");
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "chord-packed-")));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ name: "consumer", private: true, type: "module" })}\n`);
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const installed = await start(folder, [npm, ["install", "--no-audit", "--no-fund", file]], { timeout: 60_000 });
  if (installed.code !== 0) throw new Error(`npm install ${file} failed:\n${installed.stderr}`);
  cpSync(programs, folder, { recursive: true });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
