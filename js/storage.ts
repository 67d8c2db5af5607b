/** Where contexts are kept, and for how long. */
/** What `storage()` gives. */
export interface StorageInfo {
  /**
   * - `"memory"`: gone with the process, page or worker.
   * - `"best-effort"`: on disk, until the browser needs the room, or the user clears the site's data or ends a private window.
   * - `"persistent"`: on disk, until the user clears the site's data. `navigator.storage.persist()` asks for it.
   * - `"backend"`: whatever the backend given as option promises.
   */
  readonly kind: "memory" | "best-effort" | "persistent" | "backend";
  /** Taken on disk: by the origin's databases where the browser tells them apart, else by all it stores. Absent where it doesn't say. */
  readonly bytesUsed?: number;
  /** How much the origin may take. Absent where the browser doesn't say. */
  readonly bytesAllowed?: number;
}

/** What Chromium tells besides. */
interface Estimate extends StorageEstimate {
  readonly usageDetails?: { readonly indexedDB?: number };
}

/** How the browser keeps the origin's databases. */
export async function storage(): Promise<StorageInfo> {
  const manager = globalThis.navigator?.storage as Partial<StorageManager> | undefined;
  const [isPersisted, estimate] = await Promise.all([manager?.persisted?.(), manager?.estimate?.() as Promise<Estimate> | undefined]);
  const used = estimate?.usageDetails?.indexedDB ?? estimate?.usage;
  return {
    kind: isPersisted === true ? "persistent" : "best-effort",
    ...(used === undefined ? {} : { bytesUsed: used }),
    ...(estimate?.quota === undefined ? {} : { bytesAllowed: estimate.quota }),
  };
}
