/** Timers and channels that are no reason for a process to live on. Browsers have no such thing. */
export function unref(handle: unknown): void {
  (handle as { unref?: () => void } | undefined)?.unref?.();
}
