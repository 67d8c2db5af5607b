/** The package's own bindings, the very module that it uses. Not for users; a test reaches through them to break the engine. */
const { memory } = await import(new URL("./dist/shared.js", import.meta.resolve("chord-sync/package.json")).href);
export const { glue } = memory;
