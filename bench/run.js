// The figures of one runtime, from what its groups measured.

import { fit } from "./fit.js";
import { FLOOR_THERE } from "./floor.js";
import { median, quantile, ratio } from "./measure.js";

/** Which of Chord's works does the same as the peers of a group. */
export const counterparts = { set: "set A, told", update: "update A, told", room: "append, told", mime: "mime" };

export class Run {
  #groups;
  #isLikeThere;

  /**
   * `groups`: what `measureGroup` gave, by name; `memory` and `start` have facts alone. `isLikeThere` says that the runtime is of the kind that the
   * targets were set on, so that the floor tells one machine from the other and not one engine from the other.
   */
  constructor(groups, isLikeThere) {
    this.#groups = groups;
    this.#isLikeThere = isLikeThere;
  }

  #samples(group, id) {
    return this.#groups[group]?.works?.find((work) => work.id === id)?.samples;
  }

  /** µs an operation; `undefined` where it wasn't measured. */
  time(group, id) {
    const samples = this.#samples(group, id);
    return samples && median(samples);
  }

  /** How many times `a` took what `b` took. */
  ratio(group, a, b) {
    const [own, other] = [this.#samples(group, a), this.#samples(group, b)];
    return own && other && ratio(own, other);
  }

  facts(group) {
    return this.#groups[group]?.facts ?? {};
  }

  /** How many times as long as here it would take where the targets were set; `undefined` where that can't be told. */
  speed(group) {
    const floor = this.time(group, "floor");
    return this.#isLikeThere && floor !== undefined ? FLOOR_THERE / floor : undefined;
  }

  /** Curves with their points as `[size, µs]`, or `[size, times as long]`, and what was fitted to them. */
  curves() {
    return Object.entries(this.#groups).flatMap(([group, { facts }]) =>
      (facts?.curves ?? []).map((curve) => {
        const cost = ({ id, over }, x) =>
          over === undefined ? this.time(group, `${id} @ ${x}`) : this.ratio(group, `${id} @ ${x}`, `${over} @ ${x}`);
        const points = curve.points.map((x) => [x, cost(curve, x)]);
        return { ...curve, points, fitted: fit(points) };
      }),
    );
  }

  /** The works of a group, those of curves aside, with how many times as long as Chord each peer takes. */
  rows(group) {
    const own = counterparts[group];
    return (this.#groups[group]?.works ?? [])
      .filter(({ id }) => !id.includes(" @ "))
      .map(({ id, title, peer, samples }) => ({
        id,
        title,
        peer,
        median: median(samples),
        low: quantile(samples, 0.25),
        high: quantile(samples, 0.75),
        ...(peer && own && { ratio: this.ratio(group, id, own) }),
      }));
  }

  absent(group) {
    return this.#groups[group]?.absent ?? [];
  }

  get groups() {
    return Object.keys(this.#groups);
  }
}
