// Runs one wasm module apart from the screen. Each message is a request; its answer has the same number.
import start, { answer } from "{{./MODULE.js}}";

const ready = start({ module_or_path: new URL("{{./MODULE.wasm}}", import.meta.url) });

self.onmessage = async ({ data }) => {
  try {
    await ready;
    self.postMessage({ id: data.id, answer: await answer(data) });
  } catch (problem) {
    self.postMessage({ id: data.id, problem: String(problem) });
  }
};
