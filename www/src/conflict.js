import { ChordError } from "chord-sync";

/** Rethrows everything but a `conflict`: the other writer's commit is as good as ours, or we try again. */
export function ignoreConflict(error) {
  if (!(error instanceof ChordError) || error.code !== "conflict") throw error;
}
