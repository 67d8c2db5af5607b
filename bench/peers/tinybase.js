import { createMergeableStore } from "tinybase/mergeable-store";

/** Items are rows, their fields cells; a room is a table of messages whose row ids are their positions. */
function open(context) {
  const store = createMergeableStore();
  const isRoom = Array.isArray(context.messages);
  const table = isRoom ? "messages" : "items";
  store.setTable(table, isRoom ? Object.fromEntries(context.messages.entries()) : context);
  let message;
  // What its own synchronizers send after a transaction, as text.
  store.addDidFinishTransactionListener(() => {
    message = JSON.stringify(store.getTransactionMergeableChanges());
  });
  return {
    update(key, count) {
      store.setCell(table, key, "count", count);
      return message;
    },
    append(value) {
      store.setRow(table, String(value.id), value);
      return message;
    },
    value: () => stateOf(store, isRoom),
    replica() {
      const copy = createMergeableStore();
      copy.applyMergeableChanges(store.getMergeableContent());
      return { apply: (text) => copy.applyMergeableChanges(JSON.parse(text)), value: () => stateOf(copy, isRoom) };
    },
  };
}

function stateOf(store, isRoom) {
  if (!isRoom) return store.getTable("items");
  return { title: "a room", messages: Object.values(store.getTable("messages")) };
}

export const load = () => ({ open });
