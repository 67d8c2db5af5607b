/** The cleanup server: runs cleanup at an interval, one run at a time, without keeping a process alive. */
import { longestDelay } from "./deadline.js";
import { ChordError, kindOf } from "./error.js";
import type { CleanupOptions } from "./types.js";
import { unref } from "./unref.js";

const hour = 3_600_000;

/** @throws ChordError `invalid_argument` */
export function checkInterval(interval: unknown): asserts interval is number {
  if (typeof interval === "number" && Number.isFinite(interval) && interval >= 1) return;
  throw new ChordError("invalid_argument", `the cleanup interval must be at least 1 (milliseconds), got ${kindOf(interval)}`);
}

export class CleanupServer {
  readonly #clean: (options: CleanupOptions) => Promise<unknown>;
  #interval = hour;
  #options: CleanupOptions = {};
  #timer: ReturnType<typeof setInterval> | undefined;
  #isRunning = false;

  /** @param clean one run; it reports its own failures, so they aren't looked at here */
  constructor(clean: (options: CleanupOptions) => Promise<unknown>) {
    this.#clean = clean;
  }

  start(): void {
    this.stop();
    // Longer intervals than timers take are split evenly.
    const parts = Math.ceil(this.#interval / longestDelay);
    let part = 0;
    this.#timer = setInterval(() => {
      part = (part + 1) % parts;
      if (part === 0) void this.#run();
    }, this.#interval / parts);
    unref(this.#timer);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  setInterval(interval: number): void {
    this.#interval = interval;
    if (this.#timer !== undefined) this.start();
  }

  setOptions(options: CleanupOptions): void {
    this.#options = { ...this.#options, ...options };
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      await this.#clean(this.#options);
    } catch {
      // Told through telemetry; the next run may fare better.
    } finally {
      this.#isRunning = false;
    }
  }
}
