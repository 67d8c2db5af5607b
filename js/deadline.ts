/** Operations that have to wait, and how long they may. */
import type { Settled } from "./core.js";
import { ChordError } from "./error.js";

/** The longest delay timers take; longer ones would fire at once. */
export const longestDelay = 2 ** 31 - 1;

// Only there is something that a timer keeps alive. Browsers have no such thing, and setting and clearing one costs them more than a look.
const isProcess = "process" in globalThis || "Deno" in globalThis;

/** A timer as Node and Bun have it: whether it keeps the process alive is changed more quickly than another one is set. */
interface ProcessTimer {
  ref(): void;
  unref(): void;
}

/** Whether anybody still waits for an operation. What comes later must not be committed. */
export class Patience {
  isOver = false;

  /** @throws ChordError `timeout` once the operation has been given up */
  check(): void {
    if (this.isOver) throw new ChordError("timeout", "the operation had been given up before it could commit");
  }
}

/** Calls that all may take equally long, and what to do when one does. One timer serves them all: most calls end long before. */
export class Deadlines {
  readonly #ms: number;
  readonly #stalled: () => void;
  readonly #late = new Map<number, { readonly since: number; readonly giveUp: () => void }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The timer is there, and the process may end without it. */
  #isIdle = false;
  /** When a call was answered last, or began to wait alone. */
  #progress = 0;
  /** Whether nobody has been answered since the stall was told of. */
  #isTold = false;

  /** @param stalled is called once when nobody has been answered for half of the time, which leaves the other half for a second try */
  constructor(ms: number, stalled: () => void) {
    // Less than the whole operation has: it is here that the reason is known.
    this.#ms = 0.98 * Math.min(ms, longestDelay);
    this.#stalled = stalled;
  }

  /** Whether nobody has been answered for long. Where others were, there is only much to do. */
  get isStalled(): boolean {
    return performance.now() - this.#progress > 0.4 * this.#ms;
  }

  add(call: number, giveUp: () => void): void {
    const since = performance.now();
    if (this.#late.size === 0) this.#goOn(since);
    this.#late.set(call, { since, giveUp });
    if (this.#isIdle) this.#setIdle(false);
    this.#timer ??= setTimeout(() => this.#look(), this.#ms / 2);
  }

  /** The call has been answered. */
  met(call: number): void {
    this.#late.delete(call);
    this.#goOn(performance.now());
    if (isProcess && this.#late.size === 0) this.#setIdle(true);
  }

  #setIdle(isIdle: boolean): void {
    const timer = this.#timer as unknown as ProcessTimer | undefined;
    if (typeof timer?.unref === "function") {
      if (isIdle) timer.unref();
      else timer.ref();
      this.#isIdle = isIdle;
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #goOn(now: number): void {
    this.#progress = now;
    this.#isTold = false;
  }

  #look(): void {
    this.#timer = undefined;
    this.#isIdle = false;
    const now = performance.now();
    if (this.#late.size > 0 && this.isStalled && !this.#isTold) {
      this.#isTold = true;
      this.#stalled();
    }
    for (const [call, { since, giveUp }] of this.#late) {
      const left = since + this.#ms - now;
      if (left > 0) {
        // The rest began later still.
        this.#timer = setTimeout(() => this.#look(), Math.min(left, this.#ms / 2));
        return;
      }
      this.#late.delete(call);
      giveUp();
    }
  }
}

/** The error of what took longer than `ms`. */
export function late(ms: number): ChordError {
  return new ChordError(
    "timeout",
    `not done within ${ms} ms (option timeout); nothing was stored where a callback was still running, else a write may be: read it again`,
  );
}

/** `promise`, or a `timeout` after `ms`. */
export function within<T>(promise: Promise<T>, ms: number, patience: Patience | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        if (patience !== undefined) patience.isOver = true;
        reject(late(ms));
      },
      Math.min(ms, longestDelay),
    );
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** `next` of the value: at once where it is there, later where it has to be waited for. */
export function chain<T, U>(value: Settled<T>, next: (value: T) => Settled<U>): Settled<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
