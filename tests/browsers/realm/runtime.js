/** `tests/js/runtime.js` inside a browser, where nothing can start a process: `skipped.js` names the tests that need one. */
export async function runProgram(name) {
  throw new Error(`${name} needs a process of its own`);
}
