/** What a browser does until it is killed. It runs in a page of these tests, where `open`, `operations` and `tell` are. */

/** Tells what is there, and goes on writing from what it is told. */
export async function work({ name, lane, durability, known }) {
  const { counter, ids, operation, window } = operations;
  const chord = await open(name, { backend: { durability }, deltaThreshold: 40 });

  /** A context with its log, which must lead back as far as it goes, and with what a client at `since` is told. */
  async function found(id) {
    const { context, version, revision } = (await chord.getContext(id)) ?? {};
    if (version === undefined) return {};
    const log = await chord.listDeltas(id);
    chord.applyDelta(context, chord.invertDelta(chord.mergeDeltas(log.map(({ delta }) => delta))));
    const since = known[id];
    let synced;
    if (since?.context !== undefined) {
      const sync = await chord.syncContext(id, { version: since.version, revision: since.revision });
      synced = sync.type === "delta" ? chord.applyDelta(since.context, sync.delta) : (sync.context ?? since.context);
    }
    return { context, version, revision, synced, log: log.map(({ version, revision }) => [version, revision]) };
  }

  const there = {};
  for (const id of [...ids, counter]) there[id] = await found(id);
  const { numbers } = await tell({ type: "found", lane, there });

  // Each writer waits until its acknowledgement has left the browser, so that one operation of each is under way at most.
  let waiting = [];
  const acknowledge = (...told) => new Promise((delivered) => waiting.push({ told, delivered }));

  async function deliver() {
    for (;;) {
      const batch = waiting;
      waiting = [];
      if (batch.length > 0) await tell({ type: "acknowledged", lane, batch: batch.map(({ told }) => told) });
      else await new Promise((resolve) => setTimeout(resolve, 1));
      for (const { delivered } of batch) delivered();
    }
  }

  async function write(id) {
    let isThere = there[id].version !== undefined;
    for (let number = numbers[id]; ; number += 1) {
      // Out of step with the others, so that transactions begin at any time.
      await sleep(Math.random() * 5);
      const { kind, context, changes, item, by } = operation(id, number, isThere);
      let result;
      if (kind === "set") result = await chord.setContext(id, context);
      else if (kind === "delete") await chord.deleteContext(id);
      else
        result = await chord.updateContext(id, {
          ...changes,
          ...(item && { list: append(item) }),
          ...(by !== undefined && { total: increment(by) }),
        });
      isThere = kind !== "delete";
      await acknowledge(id, number, result?.delta.version, result?.delta.revision);
    }
  }

  async function count() {
    for (;;) {
      const { delta } = await chord.updateContext(counter, { count: increment() });
      await acknowledge(counter, 0, delta.version, delta.revision);
    }
  }

  if (there[counter].version === undefined) await chord.setContext(counter, { count: 0 });
  const endless = [deliver(), ...ids.map(write), ...Array.from({ length: window }, count)];
  await Promise.all(endless).catch((error) => tell({ type: "failed", lane, error: `${error.code} ${error.stack}` }));
}
