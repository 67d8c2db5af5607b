/** Scripts called on servers: by their digest, again after passing trouble, and given up after a while. */
import { ChordError } from "../error.js";
import type { Link } from "./clients.js";
import { failure, isPassing, wordOf } from "./failures.js";

/** A script, and the digest that servers know it by. */
export interface Script {
  readonly text: string;
  digest: string | undefined;
}

export const script = (text: string): Script => ({ text, digest: undefined });

async function digestOf(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const firstPause = 20;
const longestPause = 500;

export function pause(wait: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, wait));
}

/** A random time up to what the `attempt`th pause may take: whoever was refused together doesn't come back together. */
export function pauseAfter(attempt: number, longest = longestPause): number {
  return (0.5 + Math.random() / 2) * Math.min(longest, firstPause * 2 ** attempt);
}

/** How many replicas are to have a write before it counts as stored. */
export interface Replication {
  readonly replicas: number;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Calls scripts through a client. */
export class Calls {
  constructor(
    readonly link: Link,
    readonly patience: number,
  ) {}

  /**
   * What the script answers.
   *
   * @param key one of the keys, which all lie on one server
   * @param argsAgain for when an answer may have been lost
   */
  run(script: Script, key: string, args: readonly string[], replication?: Replication, argsAgain = args): Promise<unknown> {
    const started = performance.now();
    const first = this.#within(this.#send(script, key, args, replication), this.patience);
    return first.catch((reason) => this.#again(script, key, argsAgain, replication, started, reason));
  }

  /** What `action` gives, tried again like a script. */
  async attempt<T>(action: () => Promise<T>): Promise<T> {
    const started = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#within(action(), this.#left(started));
      } catch (reason) {
        await this.#bear(reason, attempt, started);
      }
    }
  }

  async #again(
    script: Script,
    key: string,
    args: readonly string[],
    replication: Replication | undefined,
    started: number,
    reason: unknown,
  ): Promise<unknown> {
    let last = reason;
    for (let attempt = 0; ; attempt += 1) {
      await this.#bear(last, attempt, started);
      try {
        return await this.#within(this.#send(script, key, args, replication), this.#left(started));
      } catch (reason) {
        last = reason;
      }
    }
  }

  /** Waits a moment if trying again may help. @throws ChordError where it won't, or has for too long */
  async #bear(reason: unknown, attempt: number, started: number): Promise<void> {
    const wait = pauseAfter(attempt);
    if (this.link.closed !== undefined) throw new ChordError("backend_unavailable", this.link.closed, { cause: reason });
    if (!isPassing(reason) || wait >= this.#left(started)) throw failure(reason);
    await pause(wait);
  }

  #left(started: number): number {
    return Math.max(1, started + this.patience - performance.now());
  }

  #send(script: Script, key: string, args: readonly string[], replication: Replication | undefined): Promise<unknown> {
    const { digest } = script;
    if (digest === undefined) {
      return digestOf(script.text).then((made) => {
        script.digest = made;
        return this.#send(script, key, args, replication);
      });
    }
    if (replication !== undefined) return this.#sendReplicated(script, key, args, replication);
    return this.link.send(key, ["EVALSHA", digest, ...args]).catch((reason) => {
      if (wordOf(reason) !== "NOSCRIPT") throw reason;
      return this.link.send(key, ["EVAL", script.text, ...args]);
    });
  }

  async #sendReplicated(script: Script, key: string, args: readonly string[], { replicas, timeout }: Replication): Promise<unknown> {
    const wait = ["WAIT", String(replicas), String(timeout)];
    const send = (...start: string[]) => this.link.sendBoth(key, [...start, ...args], wait);
    const [answer, reached] = await send("EVALSHA", script.digest as string).catch((reason) => {
      if (wordOf(reason) !== "NOSCRIPT") throw reason;
      return send("EVAL", script.text);
    });
    if (Number(reached) >= replicas) return answer;
    throw new ChordError(
      "backend_unavailable",
      `the write is stored on the master, but only ${Number(reached)} of ${replicas} replicas had it within ${timeout} ms (option waitReplicas); read it again`,
    );
  }

  #within(answer: Promise<unknown>, ms: number): Promise<never> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new ChordError(
            "backend_unavailable",
            this.link.closed ??
              `Redis gave no answer within ${Math.round(this.patience)} ms (option retryFor); see whether the server runs and the client connects`,
          ),
        );
      }, ms);
      answer.then(
        (value) => {
          clearTimeout(timer);
          resolve(value as never);
        },
        (reason) => {
          clearTimeout(timer);
          reject(reason);
        },
      );
    });
  }
}
