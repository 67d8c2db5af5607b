/** Prints scalars as `JSON.stringify` does, in UTF-8, without making strings of them first. */

/** Where texts are printed. */
export interface Room {
  readonly bytes: Uint8Array;
  /** Makes room for so many bytes, keeping those there are. */
  grow(bytes: number): void;
}

/** What a key or a scalar takes besides its characters: quotes, a colon, a comma, or a number. */
export const scalarRoom = 40;
/** What one UTF-16 unit takes at most, as `\u001f`. */
const unitRoom = 6;
/** From here on the platform prints strings faster than a loop. */
const longString = 128;

const encoder = new TextEncoder();

/** Writes at places its caller keeps count of. */
export class Utf8Writer {
  /** The room's, which moves as it grows. */
  protected bytes: Uint8Array;
  /** Where the text must end: what is certainly longer takes no room. */
  protected end = 0;
  readonly #room: Room;

  constructor(room: Room) {
    this.#room = room;
    this.bytes = room.bytes;
  }

  /** To be called before anything is printed: the room may have moved. */
  protected renew(): void {
    this.bytes = this.#room.bytes;
  }

  protected grow(bytes: number): void {
    this.#room.grow(bytes);
    this.bytes = this.#room.bytes;
  }

  /** Prints a string, behind a comma unless it is the first. */
  protected string(text: string, start: number, isFirst: boolean): number {
    const length = text.length;
    if (length >= longString) return this.#longString(text, start, isFirst);
    if (start + length * unitRoom + scalarRoom > this.bytes.length) this.grow(start + length * unitRoom + scalarRoom);
    const bytes = this.bytes;
    let at = start;
    if (!isFirst) bytes[at++] = 0x2c;
    bytes[at++] = 0x22;
    for (let index = 0; index < length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit < 0x20 || unit > 0x7f || unit === 0x22 || unit === 0x5c) {
        at = this.#rest(text, index, at);
        break;
      }
      bytes[at++] = unit;
    }
    bytes[at++] = 0x22;
    return at;
  }

  #longString(text: string, start: number, isFirst: boolean): number {
    // Longer than is allowed, whatever its characters take: whoever prints it sees that the end has been passed.
    if (text.length > this.end - start) return this.end + 1;
    const json = JSON.stringify(text);
    if (start + 3 * json.length + scalarRoom > this.bytes.length) this.grow(start + 3 * json.length + scalarRoom);
    let at = start;
    if (!isFirst) this.bytes[at++] = 0x2c;
    return at + encoder.encodeInto(json, this.bytes.subarray(at)).written;
  }

  /** Prints what is left of a string from a character on that takes an escape or more than one byte. */
  #rest(text: string, from: number, start: number): number {
    const bytes = this.bytes;
    let at = start;
    for (let index = from; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit < 0x80) {
        if (unit < 0x20 || unit === 0x22 || unit === 0x5c) at = this.#escape(unit, at);
        else bytes[at++] = unit;
      } else if (unit < 0x800) {
        bytes[at++] = 0xc0 | (unit >> 6);
        bytes[at++] = 0x80 | (unit & 63);
      } else if (unit < 0xd800 || unit > 0xdfff) {
        bytes[at++] = 0xe0 | (unit >> 12);
        bytes[at++] = 0x80 | ((unit >> 6) & 63);
        bytes[at++] = 0x80 | (unit & 63);
      } else {
        const next = text.charCodeAt(index + 1);
        if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) {
          at = this.#escape(unit, at);
          continue;
        }
        const point = 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff);
        bytes[at++] = 0xf0 | (point >> 18);
        bytes[at++] = 0x80 | ((point >> 12) & 63);
        bytes[at++] = 0x80 | ((point >> 6) & 63);
        bytes[at++] = 0x80 | (point & 63);
        index += 1;
      }
    }
    return at;
  }

  #escape(unit: number, at: number): number {
    return this.#ascii(JSON.stringify(String.fromCharCode(unit)).slice(1, -1), at);
  }

  protected number(value: number, start: number): number {
    if (!Number.isInteger(value) || value >= 1e15 || value <= -1e15) return this.#ascii(String(value), start);
    let at = start;
    let rest = value;
    if (rest < 0) {
      this.bytes[at++] = 0x2d;
      rest = -rest;
    }
    if (rest < 2 ** 31) return this.#digits(rest, at, 1);
    const high = Math.floor(rest / 1e9);
    return this.#digits(rest - high * 1e9, this.#digits(high, at, 1), 9);
  }

  /** Prints a number of 31 bits in so many digits at least. */
  #digits(value: number, start: number, least: number): number {
    let digits = least;
    if (least === 1) for (let power = 10; power <= value; power *= 10) digits += 1;
    const bytes = this.bytes;
    let rest = value;
    for (let place = start + digits - 1; place >= start; place -= 1) {
      const tens = (rest / 10) | 0;
      bytes[place] = 0x30 + rest - tens * 10;
      rest = tens;
    }
    return start + digits;
  }

  protected true(at: number): number {
    const bytes = this.bytes;
    bytes[at] = 0x74;
    bytes[at + 1] = 0x72;
    bytes[at + 2] = 0x75;
    bytes[at + 3] = 0x65;
    return at + 4;
  }

  /** Prints a short text that needs no escapes, where there is room. */
  #ascii(text: string, start: number): number {
    const bytes = this.bytes;
    for (let index = 0; index < text.length; index += 1) bytes[start + index] = text.charCodeAt(index);
    return start + text.length;
  }

  protected raw(text: string, start: number): number {
    if (start + scalarRoom > this.bytes.length) this.grow(start + scalarRoom);
    return this.#ascii(text, start);
  }
}
