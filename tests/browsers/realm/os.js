/** `node:os` inside a browser. How busy the machine is a browser can't know; several of its processes always are. */
export const availableParallelism = () => navigator.hardwareConcurrency;
export const loadavg = () => [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
