import vm from "node:vm";

/** Everything a JavaScript value can be that JSON can't hold exactly, by name; made anew for each use. */

class Point {
  x = 1;
}

const looped = () => {
  const value = { name: "loop" };
  value.self = value;
  return value;
};

const loopedList = () => {
  const list = [1];
  list.push([list]);
  return list;
};

const symbolKeyed = () => ({ ok: 1, [Symbol("s")]: 1 });

/** `read` is called when the accessor is: a refusal must come without running anybody's code. */
export const withAccessor = (read) => Object.defineProperty({ ok: 1 }, "hidden", { get: read, enumerable: true });

const sparse = () => {
  const list = [1, 2, 3];
  delete list[1];
  return list;
};

/** Each makes a value that is refused as a whole, wherever it stands. */
export const refusedValues = {
  "a function": () => () => 1,
  "an async function": () => async () => 1,
  "a class": () => Point,
  "a symbol": () => Symbol("s"),
  "a BigInt": () => 1n,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  "-Infinity": () => Number.NEGATIVE_INFINITY,
  "a Date": () => new Date(0),
  "a Map": () => new Map([["a", 1]]),
  "a Set": () => new Set([1]),
  "a WeakMap": () => new WeakMap(),
  "a RegExp": () => /x/,
  "an Error": () => new Error("x"),
  "a Promise": () => Promise.resolve(1),
  "a boxed string": () => Object("text"),
  "a boxed number": () => Object(1),
  "a boxed boolean": () => Object(true),
  "a typed array": () => new Uint8Array(2),
  "an ArrayBuffer": () => new ArrayBuffer(2),
  "a URL": () => new URL("http://localhost/"),
  "a class instance": () => new Point(),
  "an instance of a subclass of Array": () => new (class List extends Array {})(),
  "an object that inherits from a plain one": () => Object.create({ a: 1 }),
  "a generator": () => (function* generate() {})(),
  "a sparse array": sparse,
  "an array with holes only": () => new Array(3),
  "an array with another property": () => Object.assign([1, 2], { more: 3 }),
  "a lone high surrogate": () => "a\ud800",
  "a lone low surrogate": () => "\udc00b",
  "surrogates the wrong way round": () => "\udc00\ud800",
};

/** Each makes a value that is refused for what stands inside it, with the way to that. */
export const refusedWithin = {
  "an accessor": [() => withAccessor(() => 1), ["hidden"]],
  "an accessor in an array": [() => Object.defineProperty([1, 2], 1, { get: () => 2, enumerable: true }), [1]],
  "undefined in an array": [() => [1, undefined], [1]],
  "a cycle": [looped, ["self"]],
  "a cycle through arrays": [loopedList, [1, 0]],
  "a function inside": [() => ({ a: [{ b: () => 1 }] }), ["a", 0, "b"]],
  "a BigInt inside": [() => [[0, 1n]], [0, 1]],
  "NaN inside": [() => ({ list: [1, 2, Number.NaN] }), ["list", 2]],
  "a Date inside": [() => ({ at: new Date(0) }), ["at"]],
  "a lone surrogate inside": [() => ({ deep: { text: "\ud83c" } }), ["deep", "text"]],
};

/** Refused too; which segments their path has is left open, because the fault is in a key. */
export const refusedKeys = {
  "a symbol key": symbolKeyed,
  "a symbol key on an array": () => Object.assign([1], { [Symbol("s")]: 1 }),
  "a key with a lone surrogate": () => ({ ok: 1, "k\ud800": 2 }),
};

/** Allowed, with what they come back as. */
export const allowedValues = {
  "an object without prototype": [() => Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  "another realm's object": [() => vm.runInNewContext("({ a: [1, { b: null }] })"), { a: [1, { b: null }] }],
  "another realm's array": [() => vm.runInNewContext("[1, [2]]"), [1, [2]]],
  "undefined fields": [() => ({ a: undefined, b: 1 }), { b: 1 }],
  "the same object twice": [
    () => {
      const shared = { n: [1] };
      return { a: shared, b: [shared, shared] };
    },
    { a: { n: [1] }, b: [{ n: [1] }, { n: [1] }] },
  ],
  "minus zero": [() => -0, 0],
  "surrogate pairs": [() => "\ud83c\udfb5", "🎵"],
  "a field called toJSON": [() => ({ toJSON: "text" }), { toJSON: "text" }],
  "a frozen object": [() => Object.freeze({ a: 1 }), { a: 1 }],
};
