/** The suite for authors of backends, on the smallest backend there is. */
import { test } from "node:test";
import { Chord } from "chord-sync";
import { backendConformance, chordConformance, register } from "chord-sync/testing";
import { WatchingBackend } from "./watching-backend.js";

/** Connections to a store in memory are the same object. */
const store = () => {
  const backend = new WatchingBackend();
  return { connect: () => backend };
};

register(backendConformance(store), test);
register(chordConformance(Chord, store), test);
