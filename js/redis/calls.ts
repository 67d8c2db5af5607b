/** Scripts called on servers: by their digest, again after passing trouble, and given up after a while. */
import { ChordError } from "../error.js";
import { unref } from "../unref.js";
import type { Link } from "./clients.js";
import { failure, isPassing, refusalIn, wordOf } from "./failures.js";

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

/** `EVALSHA`, a place for the digest, how many keys, the keys and the other arguments. */
export type Command = string[];

export const commandOf = (keys: readonly string[], args: readonly string[]): Command => [
  "EVALSHA",
  "",
  String(keys.length),
  ...keys,
  ...args,
];

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

/** A call in flight. */
interface Call {
  readonly started: number;
  readonly fail: (reason: unknown) => void;
}

/** So often within its patience a call is looked at. */
const looks = 8;

/** Calls scripts through a client. */
export class Calls {
  readonly #inFlight = new Set<Call>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly link: Link,
    readonly patience: number,
  ) {}

  /**
   * What the script answers; what it refuses for a moment is tried again. Scripts know what they have done already, for a library, too, may send a
   * command twice.
   */
  async ask(script: Script, command: Command): Promise<unknown> {
    const started = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      const answer = await new Promise((resolve, reject) => {
        this.run(script, command, resolve, reject, undefined, started);
      });
      const refusal = refusalIn(answer);
      if (refusal === undefined) return answer;
      await this.bear(refusal, attempt, started);
    }
  }

  /**
   * Hands `done` what the script answers, refusals too, and whether it may have been sent before: then another answer was lost. It is here that
   * every commit passes, so there are no more promises than it takes.
   *
   * @param started since when it has been tried
   */
  run(
    script: Script,
    command: Command,
    done: (answer: unknown, isAgain: boolean) => void,
    fail: (reason: unknown) => void,
    replication: Replication | undefined,
    started: number,
  ): void {
    const call: Call = { started, fail };
    this.#inFlight.add(call);
    this.#timer ??= this.#wind();
    const { losses } = this.link;
    // What is given up is gone from there.
    this.#send(script, command, replication).then(
      (answer) => {
        if (this.#inFlight.delete(call)) done(answer, this.link.losses !== losses);
      },
      (reason) => {
        if (this.#inFlight.delete(call)) {
          this.#again(script, command, replication, started, reason).then(({ answer, isAgain }) => done(answer, isAgain), fail);
        }
      },
    );
  }

  /** Gives up what has taken too long. One timer serves all calls, most of which end long before. */
  readonly #look = (): void => {
    this.#timer = undefined;
    const latest = performance.now() - this.patience;
    for (const call of this.#inFlight) {
      if (call.started > latest) continue;
      this.#inFlight.delete(call);
      call.fail(this.#late());
    }
    if (this.#inFlight.size > 0) this.#timer = this.#wind();
  };

  #wind(): ReturnType<typeof setTimeout> {
    const timer = setTimeout(this.#look, this.patience / looks);
    // It is the connection that keeps a process alive.
    unref(timer);
    return timer;
  }

  /** What `action` gives, tried again like a script. */
  async attempt<T>(action: () => Promise<T>): Promise<T> {
    const started = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#within(action(), this.#left(started));
      } catch (reason) {
        await this.bear(reason, attempt, started);
      }
    }
  }

  async #again(
    script: Script,
    command: Command,
    replication: Replication | undefined,
    started: number,
    reason: unknown,
  ): Promise<{ answer: unknown; isAgain: boolean }> {
    const { losses } = this.link;
    // A refusal is an answer, too.
    let isAgain = wordOf(reason) === undefined;
    let last = reason;
    for (let attempt = 0; ; attempt += 1) {
      const isUnknown = wordOf(last) === "NOSCRIPT";
      if (!isUnknown) await this.bear(last, attempt, started);
      try {
        const answer = isUnknown
          ? this.link.send(command[3] as string, ["EVAL", script.text, ...command.slice(2)])
          : this.#send(script, command, replication);
        return { answer: await this.#within(answer, this.#left(started)), isAgain: isAgain || this.link.losses !== losses };
      } catch (reason) {
        isAgain ||= wordOf(reason) === undefined;
        last = reason;
      }
    }
  }

  /** Waits a moment if trying again may help. @throws ChordError where it won't, or it has been tried for too long */
  async bear(reason: unknown, attempt: number, started: number): Promise<void> {
    const wait = pauseAfter(attempt);
    if (this.link.closed !== undefined) throw new ChordError("backend_unavailable", this.link.closed, { cause: reason });
    if (!isPassing(reason) || wait >= this.#left(started)) throw failure(reason);
    await pause(wait);
  }

  #left(started: number): number {
    return Math.max(1, started + this.patience - performance.now());
  }

  #send(script: Script, command: Command, replication: Replication | undefined): Promise<unknown> {
    const { digest } = script;
    if (digest === undefined || replication !== undefined) return this.#sendSlowly(script, command, replication);
    command[1] = digest;
    return this.link.send(command[3] as string, command);
  }

  async #sendSlowly(script: Script, command: Command, replication: Replication | undefined): Promise<unknown> {
    script.digest ??= await digestOf(script.text);
    if (replication === undefined) return this.#send(script, command, undefined);
    command[1] = script.digest;
    const { replicas, timeout } = replication;
    const wait = ["WAIT", String(replicas), String(timeout)];
    const send = (sent: string[]) => this.link.sendBoth(command[3] as string, sent, wait);
    const [answer, reached] = await send(command).catch((reason) => {
      if (wordOf(reason) !== "NOSCRIPT") throw reason;
      return send(["EVAL", script.text, ...command.slice(2)]);
    });
    // Where nothing was stored there is nothing to wait for.
    if (answer !== "k" && !(answer as unknown[]).includes("k")) return answer;
    if (Number(reached) >= replicas) return answer;
    throw new ChordError(
      "backend_unavailable",
      `the write is stored on the master, but only ${Number(reached)} of ${replicas} replicas had it within ${timeout} ms (option waitReplicas); read it again`,
    );
  }

  #late(): ChordError {
    const ms = Math.round(this.patience);
    const message = `Redis gave no answer within ${ms} ms (option retryFor); see whether the server runs and the client connects`;
    return new ChordError("backend_unavailable", this.link.closed ?? message);
  }

  #within<T>(answer: Promise<T>, ms: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(this.#late()), ms);
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}
