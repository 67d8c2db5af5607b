/** Not written where it is imported: a bundler for browsers would take it along. */
const forNode = "loro-crdt";

/** Elsewhere the build that carries its module along as text, which needs no file and no bundler's help. */
const library = () => (globalThis.process?.versions?.node && !globalThis.Deno ? import(forNode) : import("loro-crdt/base64"));

/** Objects as LoroMap and arrays as LoroList, so that fields merge; the messages of a room are plain values, as none changes inside. */
function fill({ LoroMap, LoroList }, map, context) {
  for (const [key, value] of Object.entries(context)) {
    if (Array.isArray(value)) {
      const list = map.setContainer(key, new LoroList());
      for (const element of value) list.push(element);
    } else if (typeof value === "object" && value !== null) {
      fill({ LoroMap, LoroList }, map.setContainer(key, new LoroMap()), value);
    } else map.set(key, value);
  }
}

function open(loro, context) {
  const doc = new loro.LoroDoc();
  const root = doc.getMap("context");
  fill(loro, root, context);
  doc.commit();
  let message;
  // The same bytes as `export({ mode: "update", from })` gives, a little sooner.
  doc.subscribeLocalUpdates((bytes) => {
    message = bytes;
  });
  const commit = () => {
    doc.commit();
    return message;
  };
  // Handles are looked up once, as an application that works with them would.
  const handles = new Map(Object.keys(context).map((key) => [key, root.get(key)]));
  return {
    update(key, count) {
      handles.get(key).set("count", count);
      return commit();
    },
    append(message) {
      handles.get("messages").push(message);
      return commit();
    },
    value: () => root.toJSON(),
    replica() {
      const copy = new loro.LoroDoc();
      copy.import(doc.export({ mode: "snapshot" }));
      return { apply: (message) => copy.import(message), value: () => copy.getMap("context").toJSON() };
    },
  };
}

export async function load() {
  const loro = await library();
  return { open: (context) => open(loro, context) };
}
