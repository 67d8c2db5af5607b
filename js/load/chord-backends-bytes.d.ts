/** chord-backends.wasm as text; written by the build. */
export const base64: string;
