/** How many times a test repeats something that is to be done `count` times over memory: fewer where each write takes a transaction. */
export const times = (count) => Math.ceil(count * (globalThis.suiteEffort ?? 1));
