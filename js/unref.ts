/**
 * Lets a process end although a timer runs or a channel is open: an object knows how in Node and Bun, a number has to be told to Deno, and browsers
 * have no such thing.
 */
export function unref(handle: unknown): void {
  if (typeof handle === "number") {
    const { Deno: deno } = globalThis as { Deno?: { unrefTimer?: (timer: number) => void } };
    deno?.unrefTimer?.(handle);
  } else (handle as { unref?: () => void } | undefined)?.unref?.();
}
