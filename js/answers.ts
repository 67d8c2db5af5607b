/** Syncs answered before, so that a crowd that lags by the same amount shares one merge, one frozen answer and one text. */
import type { Synced } from "./core.js";
import type { SyncResult } from "./types.js";

const mostContexts = 1000;
// As many as clients may lag behind by, where the newest hundred deltas are kept. To look through them takes no time that could be told.
const mostAnswers = 128;
const mostBytes = 32 * 1024 * 1024;
// One answer must not push out all others.
const mostBytesEach = mostBytes / 4;

/** What a client has. Version 0 is nothing. */
export interface Question {
  readonly version: number;
  readonly revision?: string;
}

/** What the engine said, and what has been made of it so far. */
export interface Answer {
  readonly question: Question;
  readonly oldValues: boolean;
  readonly synced: Synced;
  result: SyncResult | undefined;
  text: string | undefined;
}

/** The answers to one context's clients, all leading to one state. Mostly there is one, and never more than a look at each takes no time. */
interface Known {
  readonly version: number;
  readonly revision: string;
  readonly answers: Answer[];
  bytes: number;
}

/** The version and revision that an answer leads to. */
export function headOf(synced: Synced): { readonly version: number; readonly revision: string } {
  return synced.type === "full_context" ? synced.state : synced;
}

function bytesOf(synced: Synced): number {
  if (synced.type === "no_change") return 0;
  return synced.type === "delta" ? synced.delta.length : synced.state.context.length;
}

export class Answers {
  readonly #known = new Map<string, Known>();
  #bytes = 0;

  /** An earlier answer to the same question: right as long as the context still is at the answer's version and revision. */
  find(id: string, { version, revision }: Question, oldValues: boolean): Answer | undefined {
    const answers = this.#known.get(id)?.answers;
    if (answers === undefined) return undefined;
    for (let index = 0; index < answers.length; index += 1) {
      const answer = answers[index] as Answer;
      const { question } = answer;
      if (question.version === version && question.revision === revision && answer.oldValues === oldValues) return answer;
    }
    return undefined;
  }

  keep(id: string, answer: Answer): void {
    const { version, revision } = headOf(answer.synced);
    const bytes = bytesOf(answer.synced);
    let known = this.#known.get(id);
    if (known !== undefined && (known.version !== version || known.revision !== revision)) {
      this.forget(id);
      known = undefined;
    }
    if (bytes > mostBytesEach) return;
    if (known !== undefined && known.answers.length >= mostAnswers) {
      const oldest = known.answers.shift();
      const freed = oldest === undefined ? 0 : bytesOf(oldest.synced);
      known.bytes -= freed;
      this.#bytes -= freed;
    }
    if ((known === undefined && this.#known.size >= mostContexts) || this.#bytes + bytes > mostBytes) {
      this.#makeRoom(bytes);
      known = this.#known.get(id);
    }
    if (known === undefined) {
      this.#known.set(id, { version, revision, answers: [answer], bytes });
    } else {
      known.answers.push(answer);
      known.bytes += bytes;
    }
    this.#bytes += bytes;
  }

  /** The context has changed, or is gone. */
  forget(id: string): void {
    if (this.#known.size === 0) return;
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

  /** Forgets the contexts that have been known for longest. */
  #makeRoom(bytes: number): void {
    for (const id of this.#known.keys()) {
      if (this.#known.size < mostContexts && this.#bytes + bytes <= mostBytes) return;
      this.forget(id);
    }
  }
}
