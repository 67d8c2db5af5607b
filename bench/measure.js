// Timing on a noisy machine: every work runs once in every round, in alternating order, so that whatever else the machine does in the
// meantime hits all of them alike. Medians say how fast; ratios are taken inside a round before their median is.

/**
 * What is measured: `{ id, title, peer?, least?, most?, before?, run, check }`. `run(n)` does the operation `n` times and is timed; `before(n)`
 * readies it and is not; `check(last, n)` looks at what `run` gave, so that nothing is timed that isn't what its title says. `n` is found while
 * warming up: a sample is to last `sampleMs`, for clocks are coarse, and to stay between `least` and `most`.
 */
export async function measure(works, { rounds, warmUp, sampleMs, onRound = () => {} }) {
  const samples = new Map(works.map(({ id }) => [id, []]));
  const counts = new Map(works.map(({ id, least = 1 }) => [id, least]));
  for (let round = -warmUp; round < rounds; round += 1) {
    const order = round % 2 === 0 ? works : works.toReversed();
    for (const work of order) {
      const n = counts.get(work.id);
      await work.before?.(n);
      const started = performance.now();
      const last = await work.run(n);
      const took = performance.now() - started;
      if (!(await work.check(last, n))) throw new Error(`"${work.title}" did not do what it says: its figure would mean nothing`);
      if (round >= 0) samples.get(work.id).push((took * 1_000) / n);
      else counts.set(work.id, fitting(work, n, took, sampleMs));
    }
    onRound(round + warmUp + 1, rounds + warmUp);
  }
  return samples;
}

/** How many operations make a sample, after `n` took so many milliseconds: at most ten times as many at once, for the first are the slowest. */
function fitting({ least = 1, most = 100_000 }, n, took, sampleMs) {
  const wanted = Math.round(n * Math.min(10, sampleMs / Math.max(took, 0.001)));
  return Math.max(least, Math.min(most, wanted));
}

export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

export const median = (values) => quantile(values, 0.5);

/** How many times `a` took what `b` took, the median over the rounds both ran in. */
export const ratio = (a, b) => median(a.map((took, round) => took / b[round]));
