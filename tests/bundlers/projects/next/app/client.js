"use client";
import { useEffect } from "react";
import { program } from "./program/program.js";

export function Client() {
  useEffect(() => {
    const worker = new Worker(new URL("./program/worker.js", import.meta.url), { type: "module" });
    const outcomeOfWorker = new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => resolve(`the worker failed: ${event.message}`);
    });
    globalThis.outcomes = Promise.all([program("page"), outcomeOfWorker]);
    return () => worker.terminate();
  }, []);
  return null;
}
