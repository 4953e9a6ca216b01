// Photos: parts of a roll that fill as they come near and empty as they go, dates to go to, choosing, the viewer.
import { h, icon, isTyping, onArrival, process, refresh, state, t, tn } from "./shared.js";

const NEAR = 1.5; // windows above and below that are filled
const FAR = 6; // windows beyond which a part is emptied again
const AT_ONCE = 3; // parts on their way
const SETTLED_MS = 90; // the scrubber rushes past what is not stopped at

let reel = null; // the roll on the page

// The parts of a roll in order, each { key, page, count, first, element, items, url, state }, as its page tells of them.
function partsOf(element) {
  const { url, page, stretches } = JSON.parse(element.querySelector("template").content.textContent);
  const parts = [];
  let first = 0;
  for (const [key, name, count] of stretches) {
    for (let n = 1; (n - 1) * page < count; n += 1) {
      const number = Math.min(page, count - (n - 1) * page);
      parts.push({ key, name, page: n, count: number, first, url: `${url.replace("{key}", key)}${n > 1 ? `?page=${n}` : ""}`, element: null, items: null, loading: null, height: 0 });
      first += number;
    }
  }
  return parts;
}

const nameOf = (part) => `${part.key}/${part.page}`;
const totalOf = (parts) => parts.reduce((sum, part) => sum + part.count, 0);

function build(element) {
  const parts = partsOf(element);
  const served = new Map([...element.querySelectorAll(".part")].map((part) => [part.dataset.part, part]));
  const firstServed = element.querySelector(".part");
  let before = null;
  for (const part of parts) {
    part.element = served.get(nameOf(part)) ?? waiting(part);
    if (part.element.isConnected) part.items = itemsIn(part.element);
    else if (before) before.after(part.element);
    else firstServed.before(part.element);
    if (before || part.items) before = part.element;
  }
  return { element, parts, total: totalOf(parts), loading: 0, perPhoto: 0 };
}

function waiting(part) {
  const element = h("section", { class: "part waiting", "data-part": nameOf(part) });
  entitle(element, part);
  return element;
}

function entitle(element, part) {
  if (part.page > 1 || !part.name) return;
  element.replaceChildren(h("h2", { class: "month" }, part.name));
}

const itemsIn = (element) => [...element.querySelectorAll("a[data-photo]")].map((link) => ({
  id: link.dataset.photo, href: link.getAttribute("href"), src: link.dataset.large, msrc: link.querySelector("img").getAttribute("src"),
  width: Number(link.dataset.w), height: Number(link.dataset.h), alt: link.querySelector("img").alt, film: link.dataset.film ?? "", motion: link.dataset.motion ?? "", favourite: "favourite" in link.dataset,
}));

// How high a part will be: as many photos as it holds, by what those that are here take.
function estimate() {
  const filled = reel.parts.filter((part) => part.items && part.element.firstElementChild && !part.element.classList.contains("waiting"));
  const photos = filled.reduce((sum, part) => sum + part.count, 0);
  const height = filled.reduce((sum, part) => sum + part.element.offsetHeight, 0);
  reel.perPhoto = photos ? height / photos : 60;
  for (const part of reel.parts) if (part.element.classList.contains("waiting")) part.element.style.blockSize = `${Math.round(part.height || 96 + part.count * reel.perPhoto * 0.95)}px`;
}

// Fill what is near, empty what is far. What changes above the window is made up for, so that nothing moves under the eye.
let asked = 0;
function look() {
  if (!reel?.element.isConnected) return;
  const view = innerHeight;
  for (const part of reel.parts) {
    const box = part.element.getBoundingClientRect();
    const away = box.top > view ? box.top - view : Math.max(0, -box.bottom);
    if (part.element.classList.contains("waiting")) {
      if (away < NEAR * view) fill(part);
    } else if (away > FAR * view && !part.element.querySelector(":checked") && !part.element.contains(document.activeElement)) empty(part, box.height);
  }
  mark();
}
const lookSoon = () => { clearTimeout(asked); asked = setTimeout(look, scrubbing ? SETTLED_MS : 16); };

async function fill(part) {
  if (part.loading || reel.loading >= AT_ONCE) return;
  const roll = reel;
  roll.loading += 1;
  part.loading = fetched(part).then((fresh) => put(part, fresh))
    .catch(() => new Promise((later) => setTimeout(later, 3000)))
    .finally(() => { part.loading = null; roll.loading -= 1; if (roll === reel) lookSoon(); });
  return part.loading;
}

const PAGE = { headers: { Accept: "text/html" } };

async function fetched(part) {
  const answer = await fetch(`${part.url}${part.url.includes("?") ? "&" : "?"}part=1`, PAGE);
  if (!answer.ok) throw new Error(answer.status);
  return ours(parsed(await answer.text()).querySelector(".part"));
}

const parsed = (html) => new DOMParser().parseFromString(html, "text/html");
const ours = (element) => document.importNode(element, true);

function put(part, fresh) {
  part.items = itemsIn(fresh);
  if (!part.element.isConnected) return;
  resized(part.element, () => {
    part.element.classList.remove("waiting");
    part.element.style.blockSize = "";
    part.element.replaceChildren(...fresh.childNodes);
  });
}

function empty(part, height) {
  part.height = height;
  part.element.classList.add("waiting");
  part.element.style.blockSize = `${height}px`;
  part.element.replaceChildren();
  entitle(part.element, part);
}

function resized(element, change) {
  const box = element.getBoundingClientRect();
  change();
  const grown = element.getBoundingClientRect().height - box.height;
  if (grown && box.bottom <= innerHeight / 3 && box.top < 0) scrollBy({ top: grown, behavior: "instant" });
}

// --- what changes elsewhere ---

// The page is asked for anew, and what it shows takes its place, photo by photo: what is the same stays where it is, chosen or not.
let renewing = null;
let isStale = false;
function renew() {
  isStale = true;
  return (renewing ??= renewAll().finally(() => (renewing = null)));
}

async function renewAll() {
  while (isStale) {
    isStale = false;
    await renewed().catch(() => {});
  }
}

async function renewed() {
  const roll = reel;
  const answer = await fetch(location.href, PAGE);
  if (!answer.ok) return;
  const fresh = parsed(await answer.text());
  const element = fresh.querySelector("[data-reel]");
  if (roll !== reel || !roll?.element.isConnected) return;
  if (await putDown()) { isStale = true; return; }
  if (!element) { reel = null; return refresh(); } // nothing is left
  const held = beneath();
  const served = new Map([...element.querySelectorAll(".part")].map((part) => [part.dataset.part, ours(part)]));
  around(fresh);
  arrange(roll, partsOf(element));
  const stale = roll.parts.filter((part) => part.items);
  for (const part of stale) if (!isNear(part)) forget(part);
  await Promise.all(stale.filter(isNear).map(async (part) => patch(part, served.get(nameOf(part)) ?? (await fetched(part)))));
  estimate();
  hold(held);
  count();
  current = "";
  lookSoon();
}

// Nothing moves under a photo that is being dragged. Whether one was.
function putDown() {
  if (!document.querySelector("[data-lifted]")) return false;
  return new Promise((done) => document.addEventListener("dragend", () => done(true), { once: true }));
}

function isNear(part) {
  const box = part.element.getBoundingClientRect();
  return !part.element.classList.contains("waiting") && box.bottom > -innerHeight && box.top < 2 * innerHeight;
}

function forget(part) {
  part.items = null;
  if (!part.element.classList.contains("waiting") && !part.element.querySelector(":checked")) empty(part, part.element.offsetHeight);
}

// How many there are, and the dates to go to.
function around(fresh) {
  for (const old of document.querySelectorAll("main [data-fresh]")) {
    const next = fresh.querySelector(`[data-fresh="${old.dataset.fresh}"]`);
    if (!next || next.innerHTML === old.innerHTML) continue;
    old.replaceChildren(...ours(next).childNodes);
    process(old);
  }
  const [old, next] = [rail(), fresh.querySelector(".years")];
  if (old && next && !railHeld && datesIn(old) !== datesIn(next)) old.replaceChildren(...ours(next).childNodes);
}

const datesIn = (element) => [...element.querySelectorAll("[data-goto]")].map((link) => link.dataset.goto).join();

// Parts that are new come in, those that are gone go; the others stay, and know where they begin now.
function arrange(roll, parts) {
  const known = new Map(roll.parts.map((part) => [nameOf(part), part]));
  let before = null;
  roll.parts = parts.map((part) => {
    const old = known.get(nameOf(part));
    known.delete(nameOf(part));
    const { count: number, first } = part;
    const kept = old ? Object.assign(old, { count: number, first }) : Object.assign(part, { element: waiting(part) });
    if (!old && before) before.after(kept.element);
    else if (!old) roll.element.querySelector("template").after(kept.element);
    before = kept.element;
    return kept;
  });
  for (const gone of known.values()) gone.element.remove();
  roll.total = totalOf(roll.parts);
  roll.element.dataset.total = roll.total;
}

function patch(part, fresh) {
  const links = [...part.element.querySelectorAll("li:not(.folded) > a[data-photo]")];
  const at = links.indexOf(document.activeElement);
  const had = new Map([...part.element.querySelectorAll(".grid > li")].map((li) => [idOf(li), li]));
  for (const li of fresh.querySelectorAll(".grid > li")) {
    const old = had.get(idOf(li));
    if (old && told(old) === told(li)) li.replaceWith(old);
    else if (old) li.querySelector(".pick input").checked = old.querySelector(".pick input").checked;
  }
  part.items = itemsIn(fresh);
  if (part.element.classList.contains("waiting")) return;
  part.element.replaceChildren(...fresh.childNodes);
  if (at < 0 || document.activeElement !== document.body) return;
  const left = [...part.element.querySelectorAll("li:not(.folded) > a[data-photo]")];
  (tile(links[at].dataset.photo) ?? left[Math.min(at, left.length - 1)])?.focus({ preventScroll: true });
}

const idOf = (li) => li.querySelector("a[data-photo]").dataset.photo;
const told = (li) => li.outerHTML.replace(' loading="lazy"', "");

// Whoever has scrolled down keeps the photo below the top bar where it is; at the top, what is new shows.
function beneath() {
  if (scrollY < 40) return null;
  const li = [...reel.element.querySelectorAll(".grid > li:not(.folded)")].find((each) => each.getBoundingClientRect().bottom > 72);
  return li ? { id: idOf(li), top: li.getBoundingClientRect().top } : null;
}

function hold(held) {
  const li = held && tile(held.id)?.parentElement;
  if (li) scrollBy({ top: li.getBoundingClientRect().top - held.top, behavior: "instant" });
}

document.addEventListener("live:renew", (event) => {
  if (!reel) return;
  event.preventDefault();
  renew();
});

// --- dates ---

const rail = () => document.querySelector(".years");
let current = "";

// Which month is on top of the window.
function mark() {
  const top = innerHeight / 4;
  const isEnd = scrollY && scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
  const part = isEnd ? reel.parts.at(-1) : reel.parts.find((each) => each.element.getBoundingClientRect().bottom > top);
  if (!part || part.key === current) return;
  current = part.key;
  const link = rail()?.querySelector(`ol ol [data-goto="${part.key}"]`);
  if (!link) return;
  rail().querySelector("[aria-current]")?.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  const year = link.parentElement.parentElement.closest("li");
  if (!railHeld && !year.hasAttribute("data-open")) {
    rail().querySelector("[data-open]")?.removeAttribute("data-open");
    year.setAttribute("data-open", "");
  }
  if (!railHeld && rail().scrollHeight > rail().clientHeight) rail().scrollTop = link.offsetTop - rail().clientHeight / 2;
}

function goTo(key) {
  const part = reel.parts.find((each) => each.key === key && each.page === 1);
  if (!part) return;
  scrollTo({ top: part.element.getBoundingClientRect().top + scrollY - 72, behavior: "instant" });
  lookSoon();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-goto]");
  if (!link || !reel || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  if (!railMoved) goTo(link.dataset.goto);
}, true);

// A pointer that is held on the rail leads through the dates below it.
let railHeld = false;
let railMoved = false;
let railAt = 0;
document.addEventListener("pointerdown", (event) => {
  railMoved = false;
  railAt = event.clientY;
  railHeld = Boolean(event.target.closest?.(".years")) && event.button === 0 && Boolean(reel);
});
document.addEventListener("pointermove", (event) => {
  if (!railHeld || !event.buttons || Math.abs(event.clientY - railAt) < 5) return; // what moves below a pointer that rests counts for nothing
  railAt = event.clientY;
  const links = [...rail().querySelectorAll("[data-goto]")].filter((link) => link.offsetParent);
  const under = links.find((link) => link.getBoundingClientRect().bottom >= event.clientY) ?? links.at(-1);
  if (under && under.dataset.goto !== current) { railMoved = true; goTo(under.dataset.goto); }
});
for (const over of ["pointerup", "pointercancel"]) document.addEventListener(over, () => { if (railHeld) { railHeld = false; current = ""; lookSoon(); } });
document.addEventListener("dragstart", (event) => { if (event.target.closest?.(".years")) event.preventDefault(); });

// The handle at the window's edge: shown while one scrolls through much, and leads through all of it.
let scrubbing = false;
let fading = 0;
function handle() {
  const element = h("div", { class: "scrub", "aria-hidden": "true" }, h("span", { class: "grip" }, icon("chevrons-up-down")), h("b"));
  element.addEventListener("pointerdown", (event) => {
    scrubbing = true;
    element.dataset.held = "";
    element.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  element.addEventListener("pointermove", (event) => {
    if (!scrubbing) return;
    const { low, high } = track();
    const at = Math.min(1, Math.max(0, (event.clientY - low) / (high - low)));
    scrollTo({ top: at * (document.documentElement.scrollHeight - innerHeight), behavior: "instant" });
  });
  const release = () => { scrubbing = false; delete element.dataset.held; lookSoon(); };
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
  document.body.append(element);
  return element;
}

const track = () => ({ low: 96, high: innerHeight - 128 });

function follow() {
  if (!reel?.element.isConnected) return;
  const whole = document.documentElement.scrollHeight - innerHeight;
  if (whole < 4 * innerHeight) return;
  const element = document.querySelector(".scrub") ?? handle();
  const { low, high } = track();
  element.style.insetBlockStart = `${low + (scrollY / whole) * (high - low) - 24}px`;
  element.dataset.shown = "";
  if (element.hasAttribute("data-held")) {
    const part = reel.parts.find((each) => each.element.getBoundingClientRect().bottom > innerHeight / 4);
    element.lastChild.textContent = part?.name ?? "";
  }
  clearTimeout(fading);
  fading = setTimeout(() => delete element.dataset.shown, 1600);
}

addEventListener("scroll", () => { if (reel) { lookSoon(); follow(); } }, { passive: true });
let width = innerWidth;
addEventListener("resize", () => {
  if (!reel || innerWidth === width) return;
  width = innerWidth;
  for (const part of reel.parts) part.height = 0;
  estimate();
  lookSoon();
});

// --- choosing ---

const form = () => document.querySelector("[data-photos]");
const boxes = () => [...form().querySelectorAll(".pick input")];
let anchor = null;
let held = false;
let timer = 0;

function count() {
  const label = document.querySelector("[data-count]");
  const number = form()?.querySelectorAll(".pick :checked").length ?? 0;
  if (label) label.textContent = tn("%(num)s photo", "%(num)s photos", number);
  for (const day of form()?.querySelectorAll("[data-day]") ?? []) {
    const inside = [...day.closest(".day").querySelectorAll(".pick input")];
    const some = inside.filter((box) => box.checked).length;
    day.checked = some === inside.length;
    day.indeterminate = some > 0 && some < inside.length;
  }
}

document.addEventListener("change", ({ target }) => {
  if (!target.closest("[data-photos]")) return;
  if (target.matches("[data-day]")) target.closest(".day").querySelectorAll(".pick input").forEach((box) => (box.checked = target.checked));
  else alike(target);
  count();
});

// What belongs together is chosen together.
function alike(box) {
  const group = box.closest("[data-group]")?.dataset.group;
  if (group) for (const each of form().querySelectorAll(`[data-group="${CSS.escape(group)}"] .pick input`)) each.checked = box.checked;
}

document.addEventListener("click", (event) => {
  if (!form()) return openOnly(event);
  if (event.target.closest("[data-none]")) return none();
  const tile = event.target.closest(".grid > li");
  if (!tile) return;
  const box = tile.querySelector(".pick input");
  const link = event.target.closest("a[data-photo]");
  if (event.shiftKey && anchor?.isConnected) {
    event.preventDefault();
    event.stopPropagation();
    getSelection().removeAllRanges();
    const all = boxes();
    const [from, to] = [all.indexOf(anchor), all.indexOf(box)].sort((a, b) => a - b);
    all.slice(from, to + 1).forEach((each) => (each.checked = true));
    return count();
  }
  if (event.target === box || event.target.closest("label")) { anchor = box; return; }
  if (!link || event.ctrlKey || event.metaKey || event.button) return;
  event.preventDefault();
  event.stopPropagation();
  if (held) { held = false; return; }
  if (form().querySelector(".pick :checked")) {
    box.checked = !box.checked;
    anchor = box;
    alike(box);
    return count();
  }
  open(link);
}, true);

// Where nothing is chosen, as on the page of a link, a click only opens.
function openOnly(event) {
  const link = event.target.closest("[data-reel] a[data-photo]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  event.stopPropagation();
  open(link);
}

function none() {
  boxes().forEach((box) => (box.checked = false));
  count();
}

// A finger held on a photo chooses it.
document.addEventListener("pointerdown", (event) => {
  const tile = event.pointerType === "mouse" ? null : event.target.closest?.("[data-photos] .grid > li");
  clearTimeout(timer);
  held = false;
  if (tile) timer = setTimeout(() => {
    const box = tile.querySelector(".pick input");
    box.checked = held = true;
    anchor = box;
    alike(box);
    navigator.vibrate?.(10);
    count();
  }, 450);
});
for (const over of ["pointerup", "pointercancel", "scroll"]) document.addEventListener(over, () => clearTimeout(timer), { passive: true, capture: true });
document.addEventListener("contextmenu", (event) => { if (held || timer && event.pointerType === "touch" && event.target.closest?.(".grid")) event.preventDefault(); });

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !form() || isTyping(event.target) || document.querySelector("dialog[open], .pswp")) return;
  if (event.key === "Escape" && form().querySelector(".pick :checked")) return none();
  if (!state().shortcuts || event.altKey) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "a") {
    event.preventDefault();
    boxes().forEach((box) => (box.checked = true));
    return count();
  }
  const link = document.activeElement?.closest?.("a[data-photo]");
  if (event.key.startsWith("Arrow") && link) return step(event, link);
  if (event.ctrlKey || event.metaKey) return;
  if (event.key === " " && link) {
    event.preventDefault();
    const box = link.closest("li").querySelector(".pick input");
    box.checked = !box.checked;
    anchor = box;
    alike(box);
    return count();
  }
  const button = document.querySelector(`.selbar [data-key="${CSS.escape(event.key)}"]`);
  if (button?.checkVisibility()) { event.preventDefault(); button.click(); }
});

// Arrows lead from photo to photo: along a row, and to what is above or below.
function step(event, link) {
  const links = [...reel.element.querySelectorAll("li:not(.folded) > a[data-photo]")];
  const at = links.indexOf(link);
  const box = link.getBoundingClientRect();
  const middle = box.left + box.width / 2;
  const near = (found) => {
    const top = found[0]?.getBoundingClientRect().top;
    return found.filter((each) => Math.abs(each.getBoundingClientRect().top - top) < 4)
      .sort((a, b) => Math.abs(centre(a) - middle) - Math.abs(centre(b) - middle))[0];
  };
  const next = {
    ArrowLeft: () => links[at - 1], ArrowRight: () => links[at + 1],
    ArrowUp: () => near(links.slice(0, at).filter((each) => each.getBoundingClientRect().bottom <= box.top + 1).reverse()),
    ArrowDown: () => near(links.slice(at + 1).filter((each) => each.getBoundingClientRect().top >= box.bottom - 1)),
  }[event.key]?.();
  if (!next) return;
  event.preventDefault();
  next.focus();
}
const centre = (element) => { const box = element.getBoundingClientRect(); return box.left + box.width / 2; };

// --- the viewer ---

async function open(link, options = {}) {
  const part = reel.parts.find((each) => each.element.contains(link));
  const at = part.first + [...part.element.querySelectorAll("a[data-photo]")].indexOf(link);
  const [viewer] = await Promise.all([import("./viewer.js"), styled(reel.element.dataset.look)]);
  viewer.open(rollOf(reel), at, { tile, reach, starred, ...options });
}

// Pages that need to be light bring the looks of the viewer with it.
const styled = (look) => new Promise((done) => {
  if (!look || document.querySelector(`link[href="${look}"]`)) return done();
  document.head.append(h("link", { rel: "stylesheet", href: look, onload: done, onerror: done }));
});

// What the viewer asks of a roll: how many there are, one of them, and to fetch one that is not here yet.
const rollOf = (roll) => ({
  total: roll.total,
  item: (at) => { const part = partAt(roll, at); return part?.items?.[at - part.first] ?? null; },
  async ensure(at) {
    const part = partAt(roll, at);
    if (!part || part.items) return;
    const fresh = await fetched(part);
    part.items ??= itemsIn(fresh);
  },
});

const partAt = (roll, at) => roll.parts.find((part) => at >= part.first && at < part.first + part.count);
const tile = (id) => reel?.element.querySelector(`a[data-photo="${CSS.escape(id)}"]`) ?? null;

// A photo was marked in the viewer, or no longer: the page shows it too.
function starred(id, is) {
  const link = tile(id);
  if (!link) return;
  link.toggleAttribute("data-favourite", is);
  link.parentElement.querySelector(".fav")?.remove();
  if (is) link.after(h("span", { class: "badge fav" }, icon("star"), h("span", { class: "vh" }, t("Favourite"))));
}

// Bring the photo that was looked at last into the window, when the viewer closes.
function reach(at, id) {
  const part = partAt(reel, at);
  if (!part) return;
  const there = tile(id);
  if (there) {
    const box = there.getBoundingClientRect();
    if (box.top < 72 || box.bottom > innerHeight) there.scrollIntoView({ block: "center", behavior: "instant" });
    there.focus({ preventScroll: true });
  } else {
    part.element.scrollIntoView({ block: "start", behavior: "instant" });
    lookSoon();
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-slideshow]");
  const first = button && reel?.element.querySelector("a[data-photo]");
  if (first) open(first, { play: true });
});

export function begin() {
  const element = document.querySelector("[data-reel]");
  document.querySelector(".scrub")?.remove();
  current = "";
  anchor = null;
  if (!element) { reel = null; return; }
  reel = build(element);
  estimate();
  // Opened in the middle: what is newer stands above, out of sight.
  const served = reel.parts.find((part) => !part.element.classList.contains("waiting"));
  if (served?.first > 0 && !location.hash) scrollTo({ top: served.element.getBoundingClientRect().top + scrollY - 72, behavior: "instant" });
  count();
  look();
  if (form()?.dataset.arrange) import("./arrange.js").then((album) => album.begin(renew));
}
onArrival(begin);

// What was sent from here shows at once, but under nobody's eye in the viewer.
document.addEventListener("htmx:before:swap", (event) => {
  if (event.detail.ctx?.target?.id !== "main" || !reel) return;
  event.preventDefault();
  if (!document.querySelector(".pswp")) renew();
});
document.addEventListener("htmx:after:swap", (event) => { if (event.detail.ctx?.target?.id === "main" && document.querySelector("[data-reel]")) begin(); });
