// Keeps the app usable without a network: every file of one build, and of those before it while they are in use. What the server answers to
// requests of the app is never kept.
const BUILD = "countersign-{{build}}";
const FILES = [{{files}}];

self.addEventListener("install", (event) => {
  // All or nothing: a build that is half there is not used.
  event.waitUntil(
    caches.open(BUILD).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })))),
  );
});

// Windows that were opened before this build took over go on with the files of theirs, and load some of them only when
// they are needed. So those files stay as long as one of these windows is open: its cache has a list of them in it.
self.addEventListener("activate", (event) => {
  event.waitUntil(
    Promise.all([formerBuilds(), openWindows()])
      .then(([names, windows]) => Promise.all(names.map((name) => note(name, windows))))
      .then(() => self.clients.claim()),
  );
});

const WINDOWS = "windows";

const formerBuilds = () =>
  caches.keys().then((names) => names.filter((name) => name.startsWith("countersign-") && name !== BUILD));

const openWindows = () =>
  self.clients
    .matchAll({ type: "window", includeUncontrolled: true })
    .then((windows) => windows.map((client) => client.id));

async function note(name, windows) {
  const cache = await caches.open(name);
  if (!(await cache.match(WINDOWS))) await cache.put(WINDOWS, new Response(JSON.stringify(windows)));
}

// Removes the builds before this one whose last window is closed.
async function tidy() {
  const open = await openWindows();
  for (const name of await formerBuilds()) {
    const noted = await (await caches.open(name)).match(WINDOWS);
    const windows = noted ? await noted.json() : [];
    if (!windows.some((id) => open.includes(id))) await caches.delete(name);
  }
}

// A new build waits until the person asks for it: the page never changes under a code that is being read.
self.addEventListener("message", (event) => {
  if (event.data === "update") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const scope = new URL(self.registration.scope).pathname;
  if (!url.pathname.startsWith(scope)) return;
  const file = request.mode === "navigate" ? "index.html" : url.pathname.slice(scope.length);
  if (FILES.includes(file)) {
    event.respondWith(
      caches
        .open(BUILD)
        .then((cache) => cache.match(file))
        .then((kept) => kept ?? fetch(request)),
    );
    // A window of this build has begun: one of an earlier one may be gone.
    if (file.endsWith(".wasm")) event.waitUntil(tidy());
  } else if (file.startsWith("assets/")) {
    event.respondWith(caches.match(file).then((kept) => kept ?? fetch(request)));
  }
});
