import { program } from "./program.js";

program("worker").then((outcome) => postMessage(outcome));
