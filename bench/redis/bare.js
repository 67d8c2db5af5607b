// What somebody without Chord would write for the same duty: one script that compares, stores what changed and the state, trims, notes
// when the oldest is due, and publishes.

const text = `
local head = redis.call('HMGET', KEYS[1], 'v', 'r')
if (head[1] or '0') ~= ARGV[1] or (head[2] or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'v', ARGV[3], 'r', ARGV[4], 't', ARGV[5], 's', ARGV[7])
redis.call('XADD', KEYS[2], 'MAXLEN', 100, ARGV[3] .. '-0', 'r', ARGV[4], 'p', ARGV[2], 't', ARGV[5], 'd', ARGV[6])
redis.call('ZADD', KEYS[3], ARGV[5], KEYS[1])
redis.call('PUBLISH', KEYS[4], KEYS[1])
return 1
`;

export const loadScript = (client) => client.scriptLoad(text);

/** A context kept by hand. What changed is as long as what Chord stores of it. */
export class BareContext {
  #client;
  #sha;
  #keys;
  #version = 0;
  #revision = "";

  constructor(client, sha, id) {
    this.#client = client;
    this.#sha = sha;
    this.#keys = [`bare:c:${id}`, `bare:d:${id}`, "bare:x", "bare:n"];
  }

  /** Of a context as small as this, Chord stores the state with each version, too. */
  async update(delta, state) {
    const version = this.#version + 1;
    // As long as Chord's.
    const revision = `0123456789abcdef-${version.toString(36)}`;
    const args = [String(this.#version), this.#revision, String(version), revision, String(Date.now()), delta, state];
    const stored = await this.#client.evalSha(this.#sha, { keys: this.#keys, arguments: args });
    if (stored !== 1) throw new Error("somebody else has written");
    this.#version = version;
    this.#revision = revision;
  }
}

/**
 * In a process of its own (see tests/redis/process.js): increments a shared context, each time reading, computing and trying to store until
 * nobody was faster. Gives how many tries were in vain.
 */
export async function retryBlindly({ client }, { sha, times, inFlight }) {
  const keys = ["bare:c:hot", "bare:d:hot", "bare:x", "bare:n"];
  let left = times;
  let conflicts = 0;
  async function lane() {
    while (left > 0) {
      left -= 1;
      for (;;) {
        const [version, revision, state] = await client.hmGet(keys[0], ["v", "r", "s"]);
        const next = { n: JSON.parse(state ?? '{"n":0}').n + 1 };
        const delta = JSON.stringify({ n: { action: "modified", oldValue: next.n - 1, value: next.n } });
        const token = Math.random().toString(16).slice(2);
        const args = [
          version ?? "0",
          revision ?? "",
          String(Number(version ?? 0) + 1),
          token,
          String(Date.now()),
          delta,
          JSON.stringify(next),
        ];
        if ((await client.evalSha(sha, { keys, arguments: args })) === 1) break;
        conflicts += 1;
      }
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane));
  return conflicts;
}
