/** Syncs answered before, so that a crowd that lags by the same amount shares one frozen answer. */
import type { SyncResult } from "./types.js";

const mostContexts = 1000;
const mostAnswers = 16;
const mostBytes = 16 * 1024 * 1024;
// One answer must not push out all others.
const mostBytesEach = mostBytes / 4;

/** The answers to one context's clients, all leading to one state. */
interface Known {
  readonly version: number;
  readonly revision: string;
  readonly answers: Map<number, Answer>;
  bytes: number;
}

interface Answer {
  readonly revision: string | undefined;
  readonly oldValues: boolean;
  readonly result: SyncResult;
}

/** What a client has. Version 0 is nothing. */
export interface Question {
  readonly version: number;
  readonly revision?: string;
}

export class Answers {
  readonly #known = new Map<string, Known>();
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  /** An earlier answer to the same question: right as long as the context still is at the answer's version and revision. */
  find(id: string, since: Question, oldValues: boolean): SyncResult | undefined {
    const answer = this.#known.get(id)?.answers.get(since.version);
    return answer !== undefined && answer.revision === since.revision && answer.oldValues === oldValues ? answer.result : undefined;
  }

  /** @param bytes how much it takes to keep, more or less */
  keep(id: string, since: Question, oldValues: boolean, result: SyncResult, bytes: number): void {
    const { version, revision } = result;
    let known = this.#known.get(id);
    if (known !== undefined && (known.version !== version || known.revision !== revision || known.answers.size >= mostAnswers)) {
      this.forget(id);
      known = undefined;
    }
    if (bytes > mostBytesEach) return;
    while (this.#known.size >= mostContexts || (this.#known.size !== 0 && this.#bytes + bytes > mostBytes)) this.#forgetOldest();
    known = this.#known.get(id);
    if (known === undefined) {
      known = { version, revision, answers: new Map(), bytes: 0 };
      this.#known.set(id, known);
    }
    known.answers.set(since.version, { revision: since.revision, oldValues, result });
    known.bytes += bytes;
    this.#bytes += bytes;
  }

  forget(id: string): void {
    const known = this.#known.get(id);
    if (known === undefined) return;
    this.#bytes -= known.bytes;
    this.#known.delete(id);
  }

  /** Logs were trimmed, so answers may differ although the states don't. */
  clear(): void {
    this.#known.clear();
    this.#bytes = 0;
  }

  #forgetOldest(): void {
    const oldest = this.#known.keys().next();
    if (oldest.done !== true) this.forget(oldest.value);
  }
}
