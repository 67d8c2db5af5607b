import { Chord } from "chord-sync/memory";

Chord.open({ backend: "indexeddb" }).catch(({ code, message }) => console.log(`${code}: ${message}`));
