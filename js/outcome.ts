import type { Committed } from "./core.js";

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
    return this.#counter < 0 ? this.#writer : this.#writer + this.#counter.toString(16);
  }
}
