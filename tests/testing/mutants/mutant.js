/**
 * Backends that break one rule each: the smallest backend with one place of its source changed.
 *
 * `breaks` is the case that has to fail, `named` what its message has to say.
 */

export const mutant = (name, before, after, breaks, named) => ({ name, edits: [[before, after]], breaks, named });

export const extended = (name, extend, breaks, named) => ({ name, edits: [], extend, breaks, named });

/** A backend's methods as those of a plain object. */
export const bound = (backend) =>
  Object.fromEntries(
    ["load", "since", "commit", "remove", "trim", "expired", "list", "watch"].map((name) => [name, backend[name].bind(backend)]),
  );
