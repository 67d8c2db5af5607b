// Linear memory is nobody's business outside the package, so the size is found by watching modules being instantiated.
// Import this before the first `Chord.open`.

const memories = new Set();

function note(instance) {
  for (const exported of Object.values(instance.exports)) {
    if (exported instanceof WebAssembly.Memory) memories.add(exported);
  }
  return instance;
}

const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = async (source, imports) => {
  const made = await instantiate(source, imports);
  note(made instanceof WebAssembly.Instance ? made : made.instance);
  return made;
};

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct: (Instance, parameters) => note(new Instance(...parameters)),
});

/** Bytes of linear memory of all instances made so far. */
export function wasmBytes() {
  let bytes = 0;
  for (const { buffer } of memories) bytes += buffer.byteLength;
  return bytes;
}
