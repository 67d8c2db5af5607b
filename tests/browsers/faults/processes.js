/** The processes of a browser, as `/proc` has them. */
import { readdirSync, readFileSync } from "node:fs";

function statOf(pid) {
  try {
    const [state, parent, group] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return { pid: Number(pid), state, parent: Number(parent), group: Number(group) };
  } catch {
    return undefined;
  }
}

const all = () =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(statOf)
    .filter((stat) => stat !== undefined);

const commandOf = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
};

/** Whether a process of the group still runs; one that is dead and not yet asked about by its parent doesn't. */
export const isRunning = (group) => all().some((stat) => stat.group === group && stat.state !== "Z" && stat.state !== "X");

/** Ids of the processes below one whose command matches. */
export function below(root, pattern) {
  const stats = all();
  const found = new Set([root]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const { pid, parent } of stats) if (found.has(parent)) found.add(pid);
  }
  return [...found].filter((pid) => pattern.test(commandOf(pid)));
}
