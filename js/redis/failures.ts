/** What can go wrong with Redis, as the errors Chord gives. */
import { ChordError } from "../error.js";

/** What the first word of an error reply means. */
interface Meaning {
  readonly code: "backend_unavailable" | "backend_error" | "quota_exceeded";
  /** Whether it may be over in a moment. */
  readonly isPassing?: boolean;
  readonly advice: string;
}

const meanings: { readonly [word: string]: Meaning } = {
  LOADING: { code: "backend_unavailable", isPassing: true, advice: "the server is still loading its data; try again later" },
  BUSY: {
    code: "backend_unavailable",
    isPassing: true,
    advice: "a script or function keeps the server busy; look for one that runs for long",
  },
  TRYAGAIN: { code: "backend_unavailable", isPassing: true, advice: "the cluster is moving these keys; try again later" },
  MOVED: { code: "backend_unavailable", isPassing: true, advice: "the cluster's slots are moving; try again later" },
  ASK: { code: "backend_unavailable", isPassing: true, advice: "the cluster's slots are moving; try again later" },
  CLUSTERDOWN: {
    code: "backend_unavailable",
    isPassing: true,
    advice: "the cluster doesn't serve these keys; see `redis-cli --cluster check`",
  },
  READONLY: { code: "backend_unavailable", isPassing: true, advice: "the server is a replica and takes no writes; connect to the master" },
  MASTERDOWN: {
    code: "backend_unavailable",
    isPassing: true,
    advice: "the server is a replica that has lost its master; connect to the master",
  },
  NOREPLICAS: { code: "backend_unavailable", isPassing: true, advice: "the master has fewer replicas than min-replicas-to-write asks for" },
  MISCONF: { code: "backend_unavailable", advice: "the server can't persist and so refuses writes; see its log and its disk" },
  UNBLOCKED: { code: "backend_unavailable", isPassing: true, advice: "the server has become a replica; try again" },
  OOM: { code: "quota_exceeded", advice: "the server's memory is full; raise maxmemory, or delete contexts" },
  NOAUTH: { code: "backend_error", advice: "the server wants a password; give the client one" },
  WRONGPASS: { code: "backend_error", advice: "the server doesn't know that user or password; correct the client's" },
  NOPERM: { code: "backend_error", advice: "the user may not do that; docs/redis.md has the ACL rule that is needed" },
  WRONGTYPE: { code: "backend_error", advice: "something else has been stored there; give Chord a namespace of its own" },
  CROSSSLOT: { code: "backend_error", advice: "the server is part of a cluster; pass a cluster client (createCluster, Cluster)" },
};

/** An error that a script met at a key, and answered with so that it can say where. */
export class Refusal extends Error {
  constructor(
    readonly key: string,
    message: string,
  ) {
    // Redis 6 says where in the script, too.
    super(message.replace(/^@\S+: \d+: /, ""));
  }
}

/** What a script answers in the place of an answer: `{'e', key, message}`. */
export function refusalIn(answer: unknown): Refusal | undefined {
  return Array.isArray(answer) && answer[0] === "e" ? new Refusal(String(answer[1]), String(answer[2])) : undefined;
}

const replyNames = new Set(["ReplyError", "ErrorReply", "SimpleError", "BlobError"]);

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** The first word of an error reply; `undefined` where the trouble isn't a reply. */
export function wordOf(reason: unknown): string | undefined {
  const [, word] = /^-?([A-Z]{3,})(?: |$)/.exec(messageOf(reason)) ?? [];
  if (word !== undefined && (word in meanings || word === "NOSCRIPT" || word === "ERR")) return word;
  const error = reason as { readonly name?: unknown; readonly constructor?: { readonly name?: unknown } } | null | undefined;
  return reason instanceof Refusal || replyNames.has(String(error?.name)) || replyNames.has(String(error?.constructor?.name))
    ? (word ?? "ERR")
    : undefined;
}

/** Whether trying again in a moment may help: what is no reply is trouble with the connection. */
export function isPassing(reason: unknown): boolean {
  if (reason instanceof ChordError) return false;
  const word = wordOf(reason);
  return word === undefined ? !(reason instanceof TypeError) : meanings[word]?.isPassing === true;
}

/** `reason` as Chord tells it. */
export function failure(reason: unknown): ChordError {
  if (reason instanceof ChordError) return reason;
  const word = wordOf(reason);
  const message = messageOf(reason);
  const where = reason instanceof Refusal ? ` at key ${JSON.stringify(reason.key)}` : "";
  if (word === undefined) {
    return new ChordError(
      "backend_unavailable",
      `Redis can't be reached (${message}); see whether the server runs and the client connects`,
      {
        cause: reason,
      },
    );
  }
  const { code, advice } = meanings[word] ?? { code: "backend_error", advice: "see the message" };
  return new ChordError(code, `Redis refused${where}: ${advice} (${message})`, { cause: reason });
}
