/** `node:test` inside a browser: what a test file asks for is noted down, and `runner.js` runs it. */

let current;

/** Runs a test file's body and gives what it asked for: `{ tests, before, after }`. */
export async function collect(body) {
  const file = { tests: [], before: [], after: [] };
  current = file;
  try {
    await body();
  } finally {
    current = undefined;
  }
  return file;
}

function asked(kind) {
  if (current === undefined) throw new Error(`${kind}() was called after its file had been read`);
  return current;
}

export function test(name, ...rest) {
  const body = rest.pop();
  const [options = {}] = rest;
  for (const option of Object.keys(options)) {
    if (option !== "timeout") throw new Error(`the option ${option} of a test isn't known in browsers`);
  }
  asked("test").tests.push({ name, body, timeout: options.timeout });
}

export const before = (body) => void asked("before").before.push(body);
export const after = (body) => void asked("after").after.push(body);
