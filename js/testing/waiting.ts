/** Waiting for what has to come: no longer than it takes, and with an end that says what didn't. */
import { BrokenContract, shown } from "./contract.js";

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What `work` gives, unless it takes too long. */
export async function within<T>(ms: number, rule: string, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BrokenContract(rule, `an end within ${ms} ms`, "nothing")), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Looks until it is there.
 *
 * @param came what has come instead, for the message
 * @throws BrokenContract after `ms`
 */
export async function until(
  ms: number,
  rule: string,
  expected: string,
  isThere: () => boolean | Promise<boolean>,
  came: () => unknown,
): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await isThere())) {
    if (Date.now() > deadline) throw new BrokenContract(rule, `${expected} within ${ms} ms`, shown(came()));
    await pause(5);
  }
}
