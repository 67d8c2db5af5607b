/** The deadlines of calls that wait for a store. */
import { longestDelay } from "./deadline.js";

// Only there is something that a timer keeps alive. Browsers have no such thing, and setting and clearing one costs them more than a look.
const isProcess = "process" in globalThis || "Deno" in globalThis;

/** A timer as Node and Bun have it: whether it keeps the process alive is changed more quickly than another one is set. */
interface ProcessTimer {
  ref(): void;
  unref(): void;
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
