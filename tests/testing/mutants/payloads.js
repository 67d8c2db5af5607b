/** What goes in comes out as something else. */
import { extended } from "./mutant.js";

/** Changes what goes in and what comes out: ids on their way to the backend, texts in all that it stores. */
const coded =
  ({ id = (given) => given, text = (given) => given, revision = (given) => given, time = (given) => given, version = (given) => given }) =>
  (Base) => {
    const head = (given) => given && { version: version(given.version), revision: revision(given.revision) };
    const entry = (given) => ({
      ...given,
      ...head(given),
      previous: revision(given.previous),
      delta: text(given.delta),
      insertedAt: time(given.insertedAt),
    });
    return class extends Base {
      load = (given) => super.load(id(given));
      since = (given, have) => super.since(id(given), head(have));
      trim = (given, ...rest) => super.trim(id(given), ...rest);
      remove = (given, which) => super.remove(id(given), which.head ? { ...which, head: head(which.head) } : which);
      commit = (given, commit) =>
        super.commit(id(given), {
          ...commit,
          base: head(commit.base),
          head: head(commit.head),
          entries: commit.entries.map(entry),
          ...(commit.snapshot === undefined ? {} : { snapshot: text(commit.snapshot) }),
        });
    };
  };

const everyId = "ids: each id is another one, whatever its characters, as it is";
const parsed = (text) => {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
};

export const payloads = [
  extended("trims ids", coded({ id: (id) => id.trim() }), everyId),
  extended("ends ids at NUL", coded({ id: (id) => id.split("\0", 1)[0] }), everyId),
  extended("takes ids without their case", coded({ id: (id) => id.toLowerCase() }), everyId),
  extended("takes ids in their normal form", coded({ id: (id) => id.normalize() }), everyId),
  extended("takes ids for numbers", coded({ id: (id) => (Number.isNaN(Number(id)) ? id : String(Number(id))) }), everyId),
  extended("cuts ids at 255", coded({ id: (id) => id.slice(0, 255) }), everyId),
  extended("has ids as keys of an object", coded({ id: (id) => (id in {} ? "" : id) }), everyId),
  extended(
    "escapes ids where they are due",
    (Base) =>
      class extends Base {
        expired = async (...given) => (await super.expired(...given)).map(({ id, kind }) => ({ id: encodeURI(id), kind }));
      },
    "ids: what is due is told by its id as it is, and goes by it",
  ),
  extended("parses and prints", coded({ text: parsed }), "texts: they are stored as they are, neither parsed nor printed anew"),
  extended(
    "knows two bytes of a character",
    coded({ text: (text) => text.replaceAll(/[\u{10000}-\u{10ffff}]/gu, "?") }),
    "texts: all characters come back",
  ),
  extended("drops marks of byte order", coded({ text: (text) => text.replaceAll("\ufeff", "") }), "texts: all characters come back"),
  extended(
    "bounds levels",
    coded({ text: (text) => (text.includes("[".repeat(500)) ? "{}" : text) }),
    "texts: a thousand levels come back",
  ),
  extended("bounds texts", coded({ text: (text) => text.slice(0, 1 << 19) }), "texts: a state and a delta of a megabyte come back"),
  extended(
    "bounds a commit's entries",
    (Base) =>
      class extends Base {
        commit = (id, commit) => super.commit(id, { ...commit, entries: commit.entries.slice(-512) });
      },
    "entries: a thousand in one commit come back in their order",
  ),
  extended(
    "has versions as floats",
    coded({ version: (version) => (version > 2 ** 40 ? Math.fround(version) : version) }),
    "versions: they are exact up to 2^53 - 1",
  ),
  extended(
    "takes revisions for numbers",
    coded({ revision: (text) => (text === "" || Number.isNaN(Number(text)) ? text : String(Number(text))) }),
    "revisions: any text serves, and none is another",
  ),
  extended(
    "takes revisions without their case",
    coded({ revision: (text) => text.toLowerCase() }),
    "revisions: any text serves, and none is another",
  ),
  extended("has times as integers", coded({ time: Math.trunc }), "times: insertedAt is exact, whichever number it is"),
];
