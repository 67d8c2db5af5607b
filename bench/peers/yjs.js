import * as Y from "yjs";

const listOf = (doc) => doc.getMap("context").get("messages");

/** Objects as Y.Map and arrays as Y.Array, so that fields merge; the messages of a room are plain values, as none changes inside. */
function typeOf(value) {
  if (Array.isArray(value)) return Y.Array.from(value);
  if (typeof value !== "object" || value === null) return value;
  return new Y.Map(Object.entries(value).map(([name, field]) => [name, typeOf(field)]));
}

function open(context) {
  const doc = new Y.Doc();
  const root = doc.getMap("context");
  doc.transact(() => {
    for (const [key, value] of Object.entries(context)) root.set(key, typeOf(value));
  });
  let message;
  doc.on("update", (update) => {
    message = update;
  });
  return {
    update(key, count) {
      root.get(key).set("count", count);
      return message;
    },
    append(value) {
      listOf(doc).push([{ ...value }]);
      return message;
    },
    value: () => root.toJSON(),
    replica() {
      const copy = new Y.Doc();
      Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
      return { apply: (update) => Y.applyUpdate(copy, update), value: () => copy.getMap("context").toJSON() };
    },
  };
}

export const load = () => ({ open });
