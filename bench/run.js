// The figures of one runtime, from what its groups measured.

import { fit } from "./fit.js";
import { FLOOR_THERE } from "./floor.js";
import { median, quantile, ratio } from "./measure.js";

/** Which of Chord's works does the same as the peers of a group. */
export const counterparts = { set: "set A, told", update: "update A, told", room: "append, told", mime: "mime" };

export class Run {
  #groups;

  /** `groups`: what `measureGroup` gave, by name; `memory` and `start` have facts alone. */
  constructor(groups) {
    this.#groups = groups;
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

  /** How many times as fast as here it would go where the targets were set. */
  speed(group) {
    return FLOOR_THERE / this.time(group, "floor");
  }

  /** Curves with their points as `[size, µs]` and what was fitted to them. */
  curves() {
    return Object.entries(this.#groups).flatMap(([group, { facts }]) =>
      (facts?.curves ?? []).map((curve) => {
        const points = curve.points.map((x) => [x, this.time(group, `${curve.id} @ ${x}`)]);
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
