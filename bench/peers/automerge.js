import { editsOfDraft } from "./document.js";

/** Not written where it is imported: a bundler for browsers would take it along. */
const forNode = "@automerge/automerge";

/** Elsewhere the module comes as text, which needs no file and no bundler's help. */
async function library() {
  if (globalThis.process?.versions?.node && !globalThis.Deno) return import(forNode);
  const [automerge, { automergeWasmBase64 }] = await Promise.all([
    import("@automerge/automerge/slim"),
    import("@automerge/automerge/automerge.wasm.base64"),
  ]);
  await automerge.initializeBase64Wasm(automergeWasmBase64);
  return automerge;
}

function open(automerge, context) {
  let doc = automerge.from(context);
  const commit = (work) => {
    doc = automerge.change(doc, work);
    return automerge.getLastLocalChange(doc);
  };
  return {
    ...editsOfDraft(commit),
    value: () => automerge.toJS(doc),
    replica() {
      let copy = automerge.clone(doc);
      return {
        apply(message) {
          [copy] = automerge.applyChanges(copy, [message]);
        },
        value: () => automerge.toJS(copy),
      };
    },
  };
}

export async function load() {
  const automerge = await library();
  return { open: (context) => open(automerge, context) };
}
