// Keeps the app usable without a network: every file of one build, and nothing else. What the server answers to
// requests of the app is never kept.
const BUILD = "countersign-{{build}}";
const FILES = [{{files}}];

self.addEventListener("install", (event) => {
  // All or nothing: a build that is half there is not used.
  event.waitUntil(
    caches.open(BUILD).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })))),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((name) => name.startsWith("countersign-") && name !== BUILD).map((name) => caches.delete(name))),
      )
      .then(() => self.clients.claim()),
  );
});

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
  if (!FILES.includes(file)) return;
  event.respondWith(
    caches
      .open(BUILD)
      .then((cache) => cache.match(file))
      .then((kept) => kept ?? fetch(request)),
  );
});
