// The viewer: photos and films as large as the window, one after the other, by keys, finger or mouse; a show of them by itself.
import PhotoSwipe from "photoswipe";
import { csrf, h, icon, say, state, t, toast } from "./shared.js";

const SHOW_MS = 5000;
const HOLD_MS = 300; // a finger or the mouse held so long on a moving picture plays it, until it is let go
const STEADY = 8; // pixels that they may move meanwhile
const UNKNOWN = { width: 1600, height: 1067 };
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// roll: { total, item(at), ensure(at) }; tile(id): its link on the page; reach(at, id): called when it closes; starred(id, is).
export function open(roll, index, { tile, reach, starred, play = false }) {
  const pswp = new PhotoSwipe({
    dataSource: [], index, loop: false, bgOpacity: 1, returnFocus: false, wheelToZoom: true, preload: [1, 2], zoom: true, counter: true,
    showHideAnimationType: calm.matches ? "none" : "zoom", showAnimationDuration: calm.matches ? 0 : 240, hideAnimationDuration: calm.matches ? 0 : 200,
    closeTitle: t("Close"), zoomTitle: t("Zoom"), arrowPrevTitle: t("Previous"), arrowNextTitle: t("Next"), errorMsg: t("This photo cannot be shown."),
  });
  const here = () => roll.item(pswp.currIndex);
  const isHome = Boolean(state().home); // else somebody looks who came in by a link

  pswp.addFilter("numItems", () => roll.total);
  pswp.addFilter("itemData", (_, at) => {
    const item = roll.item(at);
    if (!item) {
      roll.ensure(at).then(() => pswp.refreshSlideContent(at)).catch(() => {});
      return { type: "coming", ...UNKNOWN };
    }
    const size = item.width ? { width: item.width, height: item.height } : UNKNOWN;
    return item.film ? { ...item, ...size, type: "film" } : { ...item, ...size, thumbCropped: true };
  });
  pswp.addFilter("thumbEl", (found, data) => tile(data.id)?.querySelector("img") ?? found);
  pswp.addFilter("placeholderSrc", (found, { data }) => data.msrc ?? found);
  pswp.addFilter("isContentZoomable", (is, content) => (content.type === "film" || content.type === "coming" ? false : is));

  pswp.on("contentLoad", (event) => {
    const { content } = event;
    if (content.type === "film") {
      event.preventDefault();
      const video = h("video", { src: content.data.film, controls: true, playsinline: true, preload: "none", poster: content.data.src, "aria-label": content.data.alt });
      video.addEventListener("ended", () => playing && step());
      content.element = h("div", { class: "film" }, video);
    } else if (content.type === "coming") {
      event.preventDefault();
      content.element = h("div", { class: "coming" }, icon("loader-circle"));
    }
  });
  const film = (content) => content?.element?.querySelector?.("video");
  pswp.on("contentDeactivate", ({ content }) => film(content)?.pause());
  pswp.on("contentActivate", ({ content }) => { if (playing) film(content)?.play().catch(() => {}); });
  // Nobody noted how large it is: the picture itself tells.
  pswp.on("loadComplete", ({ content }) => {
    const item = content.data;
    const picture = content.element;
    const known = roll.item(content.index);
    if (content.type !== "image" || !known || known.width || !picture?.naturalWidth) return;
    [known.width, known.height] = [picture.naturalWidth, picture.naturalHeight];
    if (item.width !== known.width || item.height !== known.height) pswp.refreshSlideContent(content.index);
  });

  // --- what stands around the photo ---
  let star;
  let about;
  let player;
  let live;
  let name;
  pswp.on("uiRegister", () => {
    const tool = (key, order, label, sign, onClick, isLink = false) => pswp.ui.registerElement({
      name: key, order, tagName: isLink ? "a" : "button", className: `pswp__button tool ${key}`, appendTo: "bar", onClick,
      onInit: (element) => { element.append(icon(sign)); element.title = label; element.setAttribute("aria-label", label); if (!isLink) element.type = "button"; if (key === "star") star = element; if (key === "about") about = element; if (key === "play") player = element; if (key === "live") live = element; },
    });
    tool("live", 5, t("Play the moving picture"), "circle-play", () => (moving ? still() : move()));
    tool("play", 6, t("Slideshow"), "play", () => turn(!playing));
    if (isHome) tool("star", 7, t("Favourite"), "star", () => mark());
    tool("about", 8, isHome ? t("Details, albums, changes") : t("Details"), "info", null, true);
    pswp.ui.registerElement({ name: "name", className: "name", appendTo: "root", onInit: (element) => (name = element) });
  });

  function show() {
    const item = here();
    star?.setAttribute("aria-pressed", String(Boolean(item?.favourite)));
    live.hidden = !item?.motion;
    about.href = item?.href ?? "";
    name.textContent = item?.alt ?? "";
    if (!item) return;
    history.replaceState({ viewer: true }, "", item.href);
    say(item.alt);
  }

  async function mark() {
    const item = here();
    if (!item || !isHome) return;
    const wanted = !item.favourite;
    const answer = await fetch(`/files/${item.id}`, {
      method: "PATCH", headers: { "Content-Type": "application/vnd.api+json", Accept: "application/vnd.api+json", "X-CSRF-Token": csrf() },
      body: JSON.stringify({ data: { type: "io.cozy.files", id: item.id, attributes: { cozyMetadata: { favorite: wanted } } } }),
    }).catch(() => null);
    if (!answer?.ok) return toast(t("That did not work. Nothing was changed."), { alert: true });
    item.favourite = wanted;
    starred(item.id, wanted);
    if (item === here()) star.setAttribute("aria-pressed", String(wanted));
    say(wanted ? t("Added to your favourites.") : t("Taken out of your favourites."));
  }

  // --- the film of the moment at which a photo was taken ---
  let moving = null;
  let holding = 0;
  let hasHeld = false;
  let from = [0, 0];
  function move() {
    const item = here();
    const box = pswp.currSlide?.content?.element?.getBoundingClientRect();
    if (!item?.motion || moving || !box) return;
    moving = h("video", { class: "motion", src: item.motion, playsinline: true, "aria-label": t("Moving picture of %(name)s", { name: item.alt }) });
    Object.assign(moving.style, { insetInlineStart: `${box.left}px`, insetBlockStart: `${box.top}px`, inlineSize: `${box.width}px`, blockSize: `${box.height}px` });
    moving.addEventListener("ended", still);
    moving.addEventListener("error", () => { still(); toast(t("This moving picture cannot be played here."), { alert: true }); });
    pswp.scrollWrap.append(moving);
    live.setAttribute("aria-pressed", "true");
    const film = moving;
    film.play().catch(() => { film.muted = true; return film.play(); }).catch(() => film === moving && still());
  }
  function still() {
    clearTimeout(holding);
    moving?.remove();
    moving = null;
    live?.setAttribute("aria-pressed", "false");
  }
  pswp.on("pointerDown", ({ originalEvent: { isPrimary, clientX, clientY, target } }) => {
    clearTimeout(holding);
    hasHeld = false;
    from = [clientX, clientY];
    if (isPrimary && here()?.motion && !target.closest("button, a")) holding = setTimeout(() => { hasHeld = true; move(); }, HOLD_MS);
  });
  pswp.on("pointerMove", ({ originalEvent: { clientX, clientY } }) => { if (Math.hypot(clientX - from[0], clientY - from[1]) > STEADY) clearTimeout(holding); });
  pswp.on("pointerUp", () => (hasHeld ? still() : clearTimeout(holding)));
  for (const action of ["imageClickAction", "bgClickAction", "tapAction"]) pswp.on(action, (event) => hasHeld && event.preventDefault());
  pswp.on("zoomPanUpdate", () => moving && still());

  // --- a show by itself ---
  let playing = false;
  let timer = 0;
  function turn(on) {
    playing = on;
    pswp.element.classList.toggle("playing", on);
    player.replaceChildren(icon(on ? "pause" : "play"));
    player.setAttribute("aria-pressed", String(on));
    if (on) {
      pswp.element.requestFullscreen?.().catch(() => {});
      film(pswp.currSlide?.content)?.play().catch(() => {});
    } else if (document.fullscreenElement) document.exitFullscreen();
    wait();
  }
  function wait() {
    clearTimeout(timer);
    if (playing && !here()?.film) timer = setTimeout(step, SHOW_MS);
  }
  function step() {
    if (pswp.currIndex + 1 < roll.total) pswp.next();
    else turn(false);
  }

  pswp.on("change", () => { still(); show(); wait(); });
  pswp.on("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, target } = event.originalEvent;
    if (ctrlKey || metaKey || altKey || target.closest?.("video")) return;
    const act = { f: mark, i: () => about.click(), p: () => (moving ? still() : move()), " ": () => turn(!playing) }[key];
    if (!act || (key === " " && target.closest?.("button, a"))) return;
    event.preventDefault();
    event.originalEvent.preventDefault();
    act();
  });

  // Each photo has an address; the way back closes the viewer and leaves the page as it was.
  let isBack = false;
  const onBack = (event) => {
    event.stopImmediatePropagation();
    removeEventListener("popstate", onBack, true);
    if (isBack) return;
    isBack = true;
    pswp.close();
  };
  pswp.on("close", () => {
    still();
    turn(false);
    if (!isBack) { isBack = true; history.back(); }
  });
  pswp.on("openingAnimationEnd", () => (pswp.element.dataset.open = "")); // from now on it answers to keys
  pswp.on("destroy", () => { const item = here(); if (item) reach(pswp.currIndex, item.id); });
  pswp.on("afterInit", () => {
    pswp.element.setAttribute("aria-label", t("Photos, one by one"));
    pswp.element.setAttribute("aria-modal", "true");
    pswp.element.addEventListener("contextmenu", (event) => hasHeld && event.preventDefault());
  });

  history.pushState({ viewer: true }, "", here()?.href ?? location.href);
  addEventListener("popstate", onBack, true);
  pswp.init();
  show();
  if (play) turn(true);
}
