import { program } from "./program.js";

globalThis.outcomes = program("page");
