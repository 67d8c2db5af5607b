import type { Committed } from "./core.js";

/** The last two digits of a number in hexadecimal. */
const pairs: readonly string[] = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));
let lastHigh = 0;
let lastDigits = "";

/** A count in hexadecimal. Printed with another base than ten numbers take long, and counts come nearly in order. */
export function hexOf(count: number): string {
  const high = Math.floor(count / 256);
  if (high === 0) return count.toString(16);
  if (high !== lastHigh) {
    lastHigh = high;
    lastDigits = high.toString(16);
  }
  return lastDigits + pairs[count - 256 * high];
}

/** What a write came to; the revision is put together when somebody asks for it. */
export class Outcome implements Committed {
  readonly delta: string | undefined;
  readonly context: string | undefined;
  readonly #writer: string;
  readonly #counter: number;

  constructor(
    readonly changed: boolean,
    readonly version: number,
    readonly insertedAt: number,
    readonly bytes: number,
    delta: string,
    context: string,
    writer: string,
    counter: number,
  ) {
    this.delta = delta === "" ? undefined : delta;
    this.context = context === "" ? undefined : context;
    this.#writer = writer;
    this.#counter = counter;
  }

  get revision(): string {
    return this.#counter < 0 ? this.#writer : this.#writer + hexOf(this.#counter);
  }
}
