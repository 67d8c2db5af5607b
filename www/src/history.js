/** The versions the server keeps, and what became of those it doesn't. */
import { CONTEXT } from "./setlist.js";

const MOST_NOTED = 6;

export class History {
  #server;
  #reading;
  records = [];
  /** The newest version whose delta is gone. */
  forgotten = 0;
  /** What cleanup did, newest first: `{ at, by, versions: [first, last] | undefined }`. */
  runs = [];

  /** @param {import("./server.js").Server} server */
  constructor(server, onChange) {
    this.#server = server;
    this.onChange = onChange;
    server.chord.subscribe(CONTEXT, () => this.refresh());
  }

  get newest() {
    return this.records.at(-1)?.version ?? this.forgotten;
  }

  /** Reads the log again. Several calls at a time are one. */
  refresh() {
    this.#reading ??= Promise.resolve().then(async () => {
      this.#reading = undefined;
      this.records = await this.#server.chord.listDeltas(CONTEXT);
      const { version } = await this.#server.chord.getContext(CONTEXT);
      this.forgotten = this.records.length === 0 ? version : this.records[0].version - 1;
      this.onChange(this);
    });
    return this.#reading;
  }

  /** A cleanup run ended: notes which versions it took away. */
  async cleaned(by) {
    const before = this.records;
    await this.refresh();
    const kept = new Set(this.records.map(({ version }) => version));
    const gone = before.map(({ version }) => version).filter((version) => !kept.has(version));
    // The cleanup server finds nothing most of the time; one line of that is enough.
    const idle = gone.length === 0 && by === "server" && this.runs[0]?.by === "server" && this.runs[0].versions === undefined;
    const run = { at: new Date(), by, versions: gone.length === 0 ? undefined : [gone[0], gone.at(-1)] };
    this.runs = [run, ...this.runs.slice(idle ? 1 : 0)].slice(0, MOST_NOTED);
    this.onChange(this);
  }
}
