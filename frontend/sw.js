// The service worker: the shell at once, pages from the network, the last twenty pages seen when there is none.
/* global SHELL, VERSION */
const SHELL_CACHE = `shell-${VERSION}`;
const PAGES = "pages-1";
const KEPT = 20;
const OFFLINE = "/my/offline";
const ICON = "/my/assets/cozy-192.png";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL_CACHE).then((cache) => cache.addAll([...SHELL, OFFLINE])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("shell-") && name !== SHELL_CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/my/assets/")) event.respondWith(asset(request));
  else if (request.mode === "navigate" || request.headers.has("HX-Boosted") || request.headers.has("HX-History-Restore-Request")) event.respondWith(page(request, event));
});

const asset = async (request) => (await caches.match(request)) ?? fetch(request);

async function page(request, event) {
  try {
    const response = await fetch(request);
    if (isKept(response)) event.waitUntil(keep(request.url, response.clone()));
    return response;
  } catch (failure) {
    const cache = await caches.open(PAGES);
    return (await cache.match(request.url)) ?? (await caches.match(OFFLINE)) ?? Promise.reject(failure);
  }
}

// Only whole pages of somebody who is in: the server marks them.
const isKept = (response) =>
  response.ok && !response.redirected && response.headers.get("content-type")?.startsWith("text/html") && response.headers.has("x-keep-offline");

async function keep(url, response) {
  const cache = await caches.open(PAGES);
  await cache.delete(url);
  await cache.put(url, response);
  const kept = await cache.keys();
  await Promise.all(kept.slice(0, -KEPT).map((request) => cache.delete(request)));
}

// What the home tells while no page of it is open.
self.addEventListener("push", (event) => {
  const { title, text, tag, lang, url } = event.data?.json() ?? {};
  if (!title) return;
  event.waitUntil(self.registration.showNotification(title, { body: text, tag, lang, icon: ICON, badge: ICON, data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url ?? "/my", location.origin);
  if (url.origin === location.origin) event.waitUntil(show(url.href));
});

async function show(url) {
  const open = await self.clients.matchAll({ type: "window" });
  const page = open.find((client) => new URL(client.url).pathname.startsWith("/my"));
  if (!page) return self.clients.openWindow(url);
  await page.focus();
  return page.navigate(url).catch(() => self.clients.openWindow(url));
}
