/** The smallest backend with `watch`: what the tests of the suite are run on. */
import { MemoryBackend } from "../backends/memory-backend.js";

export class WatchingBackend extends MemoryBackend {
  #watchers = new Set();

  async commit(id, commit) {
    const answer = await super.commit(id, commit);
    if (answer.ok) this.#tell(id, { head: commit.head });
    return answer;
  }

  async remove(id, which) {
    const gone = await super.remove(id, which);
    if (gone !== null) this.#tell(id, { head: gone, deleted: true });
    return gone;
  }

  async watch(id, listener) {
    const watcher = { id, listener };
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  #tell(id, news) {
    for (const watcher of this.#watchers) {
      if (watcher.id !== null && watcher.id !== id) continue;
      try {
        watcher.listener(id, news);
      } catch {
        // The others are to hear of it all the same.
      }
    }
  }
}
