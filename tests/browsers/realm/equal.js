/** Deep strict equality as `node:assert/strict` has it, for what the tests compare: JSON values, errors, views and boxed values. */

const tagOf = (object) => Object.prototype.toString.call(object);

/** Own enumerable keys, strings and symbols; of an array without its indices, which are compared by themselves. */
function keysOf(object) {
  const symbols = Object.getOwnPropertySymbols(object).filter((key) => Object.prototype.propertyIsEnumerable.call(object, key));
  return [...Object.keys(object), ...symbols];
}

/** What an object holds besides its properties, as a plain value; objects of a kind that isn't known here can't be judged. */
function contentOf(object, tag) {
  switch (tag) {
    case "[object Object]":
    case "[object Array]":
    case "[object Arguments]":
      return undefined;
    case "[object Error]":
      return { name: object.name, message: object.message, cause: object.cause, errors: object.errors };
    case "[object Date]":
      return object.getTime();
    case "[object RegExp]":
      return `${object} ${object.lastIndex}`;
    case "[object Number]":
    case "[object String]":
    case "[object Boolean]":
    case "[object BigInt]":
    case "[object Symbol]":
      return object.valueOf();
  }
  if (ArrayBuffer.isView(object)) return undefined;
  throw new Error(`${tag} can't be compared in browsers: tests/browsers/realm/equal.js doesn't know it`);
}

function sameProperties(a, b, pairs) {
  const keys = keysOf(a);
  if (keys.length !== keysOf(b).length) return false;
  return keys.every((key) => Object.prototype.propertyIsEnumerable.call(b, key) && same(a[key], b[key], pairs));
}

function same(a, b, pairs) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const tag = tagOf(a);
  if (tag !== tagOf(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a) && a.length !== b.length) return false;
  // On a cycle, what is being compared already is taken for equal: the comparison above it decides.
  if (pairs.some(([left, right]) => left === a && right === b)) return true;
  pairs.push([a, b]);
  try {
    return same(contentOf(a, tag), contentOf(b, tag), pairs) && sameProperties(a, b, pairs);
  } finally {
    pairs.pop();
  }
}

export const deepStrictEqual = (a, b) => same(a, b, []);
