/** `node:assert/strict` inside a browser, as far as the tests use it. */
import { stringify } from "fast-check";
import { deepStrictEqual } from "./equal.js";

export class AssertionError extends Error {
  name = "AssertionError";
}

const longest = 2_000;

function printed(value) {
  let text;
  try {
    text = value instanceof Error ? `${value.name}: ${value.message}` : stringify(value);
  } catch {
    text = Object.prototype.toString.call(value);
  }
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function check(holds, message, otherwise) {
  if (holds) return;
  if (message instanceof Error) throw message;
  throw new AssertionError(message ?? otherwise());
}

/** Whether `error` is what `expected` describes: a class, a pattern, a predicate, or an object some of whose properties it has. */
function checkError(error, expected, message) {
  if (expected === undefined || typeof expected === "string") return;
  const otherwise = () => `${printed(error)} is not the error that was due: ${printed(expected)}`;
  if (expected instanceof RegExp) return check(expected.test(String(error)), message, otherwise);
  if (typeof expected === "function") {
    const isKind = expected.prototype !== undefined && error instanceof expected;
    const isErrorClass = expected === Error || Object.prototype.isPrototypeOf.call(Error, expected);
    return check(isKind || (!isErrorClass && expected(error) === true), message, otherwise);
  }
  for (const key of Object.keys(expected)) {
    const [due, is] = [expected[key], error?.[key]];
    const fits = due instanceof RegExp && typeof is === "string" ? due.test(is) : deepStrictEqual(is, due);
    check(fits, message, () => `${otherwise()} (${key} is ${printed(is)})`);
  }
}

export function assert(value, message) {
  check(value, message, () => `${printed(value)} is not truthy`);
}

export default Object.assign(assert, {
  AssertionError,
  ok: assert,

  fail(message = "failed") {
    check(false, message);
  },

  equal(actual, expected, message) {
    check(Object.is(actual, expected), message, () => `${printed(actual)} is not ${printed(expected)}`);
  },

  notEqual(actual, unexpected, message) {
    check(!Object.is(actual, unexpected), message, () => `it is ${printed(actual)}`);
  },

  deepEqual(actual, expected, message) {
    check(deepStrictEqual(actual, expected), message, () => `${printed(actual)}\nis not deeply equal to\n${printed(expected)}`);
  },

  match(text, pattern, message) {
    check(typeof text === "string" && pattern.test(text), message, () => `${printed(text)} doesn't match ${pattern}`);
  },

  doesNotMatch(text, pattern, message) {
    check(typeof text === "string" && !pattern.test(text), message, () => `${printed(text)} matches ${pattern}`);
  },

  throws(call, expected, message) {
    try {
      call();
    } catch (error) {
      return checkError(error, expected, message);
    }
    check(false, typeof expected === "string" ? expected : message, () => "nothing was thrown");
  },

  doesNotThrow(call, message) {
    try {
      call();
    } catch (error) {
      check(false, message, () => `${printed(error)} was thrown`);
    }
  },

  async rejects(given, expected, message) {
    try {
      await (typeof given === "function" ? given() : given);
    } catch (error) {
      return checkError(error, expected, message);
    }
    check(false, typeof expected === "string" ? expected : message, () => "it didn't reject");
  },
});
