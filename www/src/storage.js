/** Where the page's Chords keep their contexts. Each owner (the server, each phone, the page itself) has a database of its own. */

export const databaseName = (owner) => `chord-live-${owner}`;

/** The `backend` option for one owner: all that would differ for another place to keep things. */
export const backendFor = (owner) => ({ type: "indexeddb", name: databaseName(owner) });

/** Removes the databases of these owners, whose Chords must be closed. */
export async function forget(owners) {
  await Promise.all(owners.map(databaseName).map(deleteDatabase));
}

function deleteDatabase(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
    // Another tab has it open. It is deleted as soon as that tab lets go, and waiting for that would look like a hang.
    request.onblocked = () => resolve();
  });
}
