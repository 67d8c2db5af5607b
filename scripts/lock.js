/** One build at a time: two at once would write the same files. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./say.js";
import { at } from "./paths.js";

const file = at("build", "lock");
let held = 0;

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function take() {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  }
}

/** The process that holds the lock; `undefined` where it has gone, or is only just writing its number. */
function holder() {
  try {
    return Number(readFileSync(file, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

/** Runs `work` while no other process builds in this tree. Calls inside `work` go straight on. */
export async function exclusively(work) {
  if (held === 0) {
    mkdirSync(at("build"), { recursive: true });
    let told = false;
    while (!take()) {
      const pid = holder();
      if (pid !== undefined && !isAlive(pid)) {
        rmSync(file, { force: true });
        continue;
      }
      if (!told) say("waiting", `another build is under way${pid ? ` (process ${pid})` : ""}`);
      told = true;
      await sleep(100);
    }
  }
  held += 1;
  try {
    return await work();
  } finally {
    held -= 1;
    if (held === 0) rmSync(file, { force: true });
  }
}
