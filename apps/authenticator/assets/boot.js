// Starts the app. The only scripts that may be started from an address are the workers named here: with trusted types
// the browser asks this policy for every other one, and for any markup made of text, and is refused.
import start from "{{./app.js}}";

const here = new URL(".", import.meta.url);
const allowed = new Set([
  new URL("{{./files-worker.js}}", here).href,
  new URL("{{./keys-worker.js}}", here).href,
  new URL("{{./places-worker.js}}", here).href,
  new URL("{{./qr-worker.js}}", here).href,
  new URL("{{./strength-worker.js}}", here).href,
  new URL("../sw.js", here).href,
]);

if (globalThis.trustedTypes) {
  globalThis.trustedTypes.createPolicy("default", {
    createScriptURL(address) {
      const full = new URL(address, document.baseURI).href;
      if (allowed.has(full)) return full;
      throw new TypeError("not a script of this app");
    },
  });
}

await start({ module_or_path: new URL("{{./app.wasm}}", here) });
