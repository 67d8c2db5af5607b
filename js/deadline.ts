/** Operations that have to wait, and how long they may. */
import type { Settled } from "./core.js";
import { ChordError } from "./error.js";

/** The longest delay timers take; longer ones would fire at once. */
export const longestDelay = 2 ** 31 - 1;

/** Whether anybody still waits for an operation. What comes later must not be committed. */
export class Patience {
  isOver = false;

  /** @throws ChordError `timeout` once the operation has been given up */
  check(): void {
    if (this.isOver) throw new ChordError("timeout", "the operation had been given up before it could commit");
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
