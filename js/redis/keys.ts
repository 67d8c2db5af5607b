/** Where things lie in Redis. What is here is the layout: whatever changes it needs a new `layout`. */

/** Told apart by `open`, so that two releases that lay things out differently never share a namespace. */
export const layout = "1";

/** Contexts are spread over so many groups of keys; those of one lie in one slot of a cluster. Fixed for ever. */
export const buckets = 256;

/** The keys of one bucket; those that end in a colon are followed by an id. */
export interface Bucket {
  /** Hash: what is known of a context besides its state and log. */
  readonly context: string;
  /** String: its state as JSON text. */
  readonly snapshot: string;
  /** Stream: its log. */
  readonly log: string;
  /** Sorted set: when contexts (`c` and the id) and deltas (`d` and the id) are due. */
  readonly due: string;
  /** Hash: the heads of deleted contexts. */
  readonly tombstones: string;
  /** Sorted set: when tombstones may go. */
  readonly ends: string;
  /** Sorted set: the ids of contexts, all with score 0, so that they can be walked in the order of their bytes. */
  readonly ids: string;
  /** Channel: what has happened to which context. */
  readonly channel: string;
}

/** The key that says how a namespace is laid out. */
export const metaKey = (namespace: string): string => `${namespace}:meta`;

/** All buckets of a namespace, by number. */
export function bucketsOf(namespace: string): readonly Bucket[] {
  return Array.from({ length: buckets }, (_, number) => {
    // What stands in braces decides the slot.
    const start = `${namespace}:{${number}}:`;
    return {
      context: `${start}c:`,
      snapshot: `${start}s:`,
      log: `${start}d:`,
      due: `${start}x`,
      tombstones: `${start}t`,
      ends: `${start}e`,
      ids: `${start}i`,
      channel: `${start}n`,
    };
  });
}

/** The bucket of an id: FNV-1a with 32 bits over its UTF-16 units, folded to 8 bits. */
export function bucketOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  hash ^= hash >>> 16;
  return (hash ^ (hash >>> 8)) & 255;
}

/** The slot of a key in a cluster: CRC-16/XMODEM of what stands in its first braces. */
export function slotOf(key: string): number {
  const open = key.indexOf("{");
  const end = key.indexOf("}", open + 1);
  let crc = 0;
  for (const byte of new TextEncoder().encode(open >= 0 && end > open + 1 ? key.slice(open + 1, end) : key)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  }
  return crc & 16_383;
}
