/** Calls made in the same turn, sent together. */

/** A call that waits to be sent. */
export interface Waiting<T, A> {
  readonly item: T;
  readonly bucket: number;
  /** Roughly how many bytes it takes. */
  readonly weight: number;
  readonly resolve: (answer: A) => void;
  readonly reject: (reason: unknown) => void;
}

const mostItems = 32;
const mostWeight = 64 * 1024;

/** Collects calls until the turn ends and hands them on in groups: of any buckets on one server, of one bucket each in a cluster. */
export class Batches<T, A> {
  readonly #isCluster: boolean;
  readonly #send: (group: readonly Waiting<T, A>[]) => void;
  #waiting: Waiting<T, A>[] = [];
  readonly #flush = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 1) this.#send(waiting);
    else if (!this.#isCluster) this.#split(waiting);
    else for (const group of byBucket(waiting)) this.#split(group);
  };

  constructor(isCluster: boolean, send: (group: readonly Waiting<T, A>[]) => void) {
    this.#isCluster = isCluster;
    this.#send = send;
  }

  add(item: T, bucket: number, weight: number): Promise<A> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ item, bucket, weight, resolve, reject }) === 1) queueMicrotask(this.#flush);
    });
  }

  #split(waiting: readonly Waiting<T, A>[]): void {
    let group: Waiting<T, A>[] = [];
    let weight = 0;
    for (const one of waiting) {
      if (group.length > 0 && (group.length === mostItems || weight + one.weight > mostWeight)) {
        this.#send(group);
        group = [];
        weight = 0;
      }
      group.push(one);
      weight += one.weight;
    }
    this.#send(group);
  }
}

function byBucket<T extends { readonly bucket: number }>(waiting: readonly T[]): Iterable<T[]> {
  const groups = new Map<number, T[]>();
  for (const one of waiting) {
    const group = groups.get(one.bucket);
    if (group === undefined) groups.set(one.bucket, [one]);
    else group.push(one);
  }
  return groups.values();
}
