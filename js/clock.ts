/** What time it is, in the instance's unit. */
import { ChordError, kindOf } from "./error.js";
import type { TimeUnit } from "./types.js";

export type Clock = () => number;

/** The system's clock, or the one the user provides, asked once per write. */
export function clockOf(unit: TimeUnit, provider: ((unit: TimeUnit) => number) | undefined): Clock {
  if (provider === undefined) return unit === "millisecond" ? Date.now : () => Math.floor(Date.now() / 1000);
  return () => {
    let time: unknown;
    try {
      time = provider(unit);
    } catch (cause) {
      throw new ChordError("callback_failed", "timeProvider threw; nothing was written", { cause });
    }
    if (typeof time !== "number" || !Number.isFinite(time)) {
      throw new ChordError(
        "callback_failed",
        `timeProvider must return a finite number of ${unit}s, got ${kindOf(time)}; nothing was written`,
      );
    }
    return time;
  };
}
