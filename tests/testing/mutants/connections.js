/** Watching, opening and closing, wrong. */
import { bound, extended } from "./mutant.js";

const watched = (name, watch, breaks, named) =>
  extended(
    name,
    (Base) =>
      class extends Base {
        watch = (id, listener) => watch((...given) => super.watch(...given), id, listener);
      },
    breaks,
    named,
  );

const ofOne = "watch: of one id everything is told that anybody commits or removes";
const ofAll = "watch: of all ids everything is told that anybody commits or removes";
export const watching = [
  extended(
    "has no watch",
    (Base) =>
      class extends Base {
        watch = undefined;
      },
    ofOne,
    /lacks: \["watching"\]/,
  ),
  watched("tells of nothing", (watch) => watch("nothing", () => {}), ofOne),
  watched("tells of all alone", (watch, id, listener) => watch(id, id === null ? listener : () => {}), ofOne),
  watched("tells of one id alone", (watch, id, listener) => watch(id, id === null ? () => {} : listener), ofAll),
  watched(
    "tells of the head before",
    (watch, id, listener) =>
      watch(id, (told, { head, ...rest }) => listener(told, { ...rest, head: { ...head, version: head.version - 1 } })),
    ofOne,
    /news are the head of what happened/,
  ),
  watched(
    "tells of commits as of removals",
    (watch, id, listener) => watch(id, (told, { head }) => listener(told, { head, deleted: true })),
    ofAll,
    /news are the head of what happened/,
  ),
  watched("can't be ended", async (watch, ...given) => void (await watch(...given)), ofOne, /the answer ends it/),
  watched(
    "ends nothing",
    async (watch, ...given) => {
      await watch(...given);
      return () => {};
    },
    "watch: who has ended it hears nothing more, and others still do",
  ),
  watched(
    "ends with the first that ends",
    (() => {
      let all = [];
      return async (watch, ...given) => {
        all.push(await watch(...given));
        return () => {
          for (const end of all) end();
          all = [];
        };
      };
    })(),
    "watch: who has ended it hears nothing more, and others still do",
  ),
  extended(
    "doesn't tell of removals",
    (Base) =>
      class extends Base {
        quiet = false;
        remove = async (...given) => {
          this.quiet = true;
          return super.remove(...given).finally(() => (this.quiet = false));
        };
        watch = (id, listener) => super.watch(id, (told) => void (this.quiet || listener(told)));
      },
    ofOne,
    /a removal/,
  ),
  watched(
    "lets a listener throw into a commit",
    (watch, id, listener) => watch(id, listener),
    "watch: a listener that throws disturbs nobody",
    /a listener's own/,
  ),
];
watching.at(-1).extend = (Base) =>
  class extends Base {
    watchers = [];
    watch = async (_, listener) => {
      this.watchers.push(listener);
      return () => {};
    };
    commit = async (id, commit) => {
      const answer = await super.commit(id, commit);
      for (const listener of this.watchers) listener(id);
      return answer;
    };
  };

export const lifetime = [
  extended(
    "keeps what it stores to its connection",
    (Base) =>
      class extends Base {
        connect = () => new Base(() => Promise.resolve());
      },
    "open: what one connection has stored, another one opened later finds",
  ),
  extended(
    "closes the store for all",
    (Base) =>
      class extends Base {
        close = async () => {
          this.commit = async () => {
            throw new Error("closed");
          };
        };
      },
    "close: other connections to the store go on",
    /closed/,
  ),
  extended(
    "never answers once it is closed",
    (Base) =>
      class extends Base {
        connect = () => {
          const connection = bound(this);
          connection.close = async () => {
            connection.load = () => new Promise(() => {});
          };
          return connection;
        };
      },
    "close: calls that come late, or are on their way, end with an answer or an error",
  ),
];
