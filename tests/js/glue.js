/** The package's own bindings, the very module that it uses. Not for users; a test reaches through them to break the engine. */
export const glue = await import(new URL("./dist/glue/chord.js", import.meta.resolve("chord-sync/package.json")).href);
