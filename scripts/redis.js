/**
 * Redis's server and command line, as programs of the system. They are installed from Debian's packages where that is allowed (see
 * `debian.js`); elsewhere a message names the command that gets them.
 */
import { installCommand, installDebianPackages, isDebian, maySetUpSystem } from "./debian.js";
import { ask } from "./run.js";
import { Failure, say } from "./say.js";

const packages = ["redis-server", "redis-tools"];
/** Channels that belong to a slot of a cluster came with it. */
const oldest = 7;

const onPath = (name) => ask("which", [name]);
const find = () => ({
  server: process.env.CHORD_REDIS_SERVER ?? onPath("redis-server"),
  cli: process.env.CHORD_REDIS_CLI ?? onPath("redis-cli"),
});
const isWhole = ({ server, cli }) => server !== undefined && cli !== undefined;

function shortcomingOf({ server }) {
  const printed = ask(server, ["--version"]) ?? "";
  const major = Number(/ v=(\d+)\./.exec(printed)?.[1] ?? Number.NaN);
  return major >= oldest ? undefined : `${server} is not Redis ${oldest} or newer: ${printed || "it doesn't run"}`;
}

/** `{ server, cli }`, the programs' paths; or `{ missing }`, what to do about it, which CI takes for a failure. */
export async function ensureRedis() {
  let failure;
  if (!isWhole(find()) && maySetUpSystem()) {
    await installDebianPackages(packages).catch((error) => {
      if (!(error instanceof Failure)) throw error;
      failure = error.message;
    });
  }
  const programs = find();
  const how = isDebian() ? `as root, \`${installCommand(packages)}\`` : "install it so that redis-server and redis-cli are on PATH";
  const missing = isWhole(programs) ? shortcomingOf(programs) : (failure ?? `Redis is missing: ${how}`);
  if (missing === undefined) return programs;
  if (process.env.CI) throw new Failure(missing);
  say("redis", missing);
  return { missing };
}
