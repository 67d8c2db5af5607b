/** Tells an observer of operations: what starts, what stops and after how long, what fails. */
import type { Telemetry, TelemetryEvent } from "./types.js";

/** What telemetry calls operations. */
export type Operation = `chord.context.${"set" | "get" | "update" | "delete" | "sync" | "export" | "restore"}` | "chord.cleanup.run";

/** What the end of an operation tells. */
export interface Outcome {
  readonly outcome: string;
  readonly version?: number;
}

export class Observer {
  readonly #tell: Telemetry;
  /** A callback is running: what is called inside it would otherwise report to it without end. */
  isTelling = false;

  constructor(tell: Telemetry) {
    this.#tell = tell;
  }

  /** Runs `work` and tells of it. `outcomeOf` puts what it led to in words. */
  async observe<T>(name: Operation, contextId: unknown, work: () => Promise<T>, outcomeOf: (value: T) => Outcome): Promise<T> {
    const about = typeof contextId === "string" ? { contextId } : {};
    const started = performance.now();
    this.#emit({ name: `${name}.start`, ...about });
    try {
      const value = await work();
      this.#emit({ name: `${name}.stop`, durationMs: performance.now() - started, ...about, ...outcomeOf(value) });
      return value;
    } catch (error) {
      this.#emit({ name: `${name}.exception`, durationMs: performance.now() - started, ...about, error });
      throw error;
    }
  }

  #emit(event: TelemetryEvent): void {
    this.isTelling = true;
    try {
      const answer: unknown = this.#tell(Object.freeze(event));
      if (typeof answer === "object" && answer !== null) Promise.resolve(answer).catch(() => {});
    } catch {
      // An observer's trouble is not the operation's.
    } finally {
      this.isTelling = false;
    }
  }
}
