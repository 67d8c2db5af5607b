/**
 * Packages of the system, on Debian and its kin.
 *
 * They are system-wide, and on a developer's machine nothing installs those unasked. So it takes root, and root must be who logged in (as in
 * containers, CI and throw-away machines) and not a user who became root; `CHORD_SETUP=system` allows it to such a user, too, and
 * `CHORD_SETUP=user` forbids it to everyone.
 */
import { existsSync, readFileSync } from "node:fs";
import { duration, Failure, say } from "./say.js";
import { run } from "./run.js";

export function isDebian() {
  return existsSync("/etc/os-release") && /^ID(_LIKE)?=.*debian/m.test(readFileSync("/etc/os-release", "utf8"));
}

/** Whether an ordinary user became root, with `sudo` or `su`: the kernel keeps who logged in. */
function isBorrowedRoot() {
  const { SUDO_UID, DOAS_USER, PKEXEC_UID } = process.env;
  if (SUDO_UID ?? DOAS_USER ?? PKEXEC_UID) return true;
  const nobody = 2 ** 32 - 1;
  const login = existsSync("/proc/self/loginuid") ? Number(readFileSync("/proc/self/loginuid", "utf8")) : nobody;
  return login !== 0 && login !== nobody;
}

/** Whether system-wide packages may be installed: see the head of this file. */
export function maySetUpSystem() {
  const { CHORD_SETUP } = process.env;
  if (CHORD_SETUP === "user" || process.getuid?.() !== 0 || !isDebian()) return false;
  return CHORD_SETUP === "system" || !isBorrowedRoot();
}

/** The command that installs them by hand. */
export const installCommand = (packages) => `apt-get install --no-install-recommends ${packages.join(" ")}`;

export async function installDebianPackages(packages) {
  say("apt", `installing ${packages.join(" ")}`);
  const started = performance.now();
  const options = { env: { DEBIAN_FRONTEND: "noninteractive" }, show: "failure", check: false };
  // A fresh machine has no package lists and an old one has stale ones; without a network the lists there are may still do.
  await run("apt-get", ["update"], options);
  const { code } = await run("apt-get", ["install", "--yes", "--no-install-recommends", ...packages], options);
  if (code !== 0) throw new Failure(`Debian's packages could not be installed: run \`apt-get update && ${installCommand(packages)}\`.`);
  say("apt", `done in ${duration(performance.now() - started)}`);
}
