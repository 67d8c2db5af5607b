/** What may name a context. */
import { ChordError, kindOf, quote } from "./error.js";

/** Not by a regular expression: WebKit's compiled ones with the flag `u` miss half of a pair now and then. */
function hasLoneSurrogate(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(index + 1);
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return true;
    index += 1;
  }
  return false;
}

/** Bytes of well-formed text in UTF-8. */
function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    // Each half of a pair counts two.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/** @throws ChordError `invalid_argument` where UTF-8 can't hold the text */
export function checkWellFormed(name: string, text: string): void {
  if (hasLoneSurrogate(text))
    throw new ChordError("invalid_argument", `${name} ${quote(text)} has a lone surrogate, which UTF-8 can't hold`);
}

/**
 * @param most bytes of UTF-8
 * @throws ChordError `invalid_argument` or `limit_exceeded`
 */
export function checkId(id: unknown, most: number): asserts id is string {
  if (typeof id !== "string" || id === "") {
    throw new ChordError("invalid_argument", `contextId must be a non-empty string, got ${id === "" ? "an empty one" : kindOf(id)}`);
  }
  if (id === "*") throw new ChordError("invalid_argument", 'contextId must not be "*", which means every context', { contextId: id });
  const bytes = utf8Bytes(id);
  if (bytes !== id.length && hasLoneSurrogate(id)) {
    throw new ChordError("invalid_argument", `contextId ${quote(id)} has a lone surrogate, which UTF-8 can't hold`, { contextId: id });
  }
  if (bytes > most) {
    throw new ChordError("limit_exceeded", `contextId ${quote(id)} is longer than ${most} bytes; shorten it or raise limits.idBytes`, {
      contextId: id,
    });
  }
}
