// The map of photos under mouse, finger and keyboard: it moves at once, and asks for what is on it when it rests.
import { onArrival, process, say } from "./shared.js";

const REST_MS = 350;
const LEAST = 4; // units: no nearer

let map = null; // { section, svg, view, units }
let resting = 0;
let round = 0;

const pointers = new Map();

// Units for a pixel; the whole view fits into the picture, whatever its shape.
const unit = () => Math.max(map.view.width / map.svg.clientWidth, map.view.height / map.svg.clientHeight);

function draw() {
  const { left, top, width, height } = map.view;
  map.svg.setAttribute("viewBox", `${left} ${top} ${width} ${height}`);
  const scale = unit();
  for (const marker of map.svg.querySelectorAll(".markers a")) marker.setAttribute("transform", `translate(${marker.dataset.x} ${marker.dataset.y}) scale(${scale})`);
}

function settle() {
  clearTimeout(resting);
  resting = setTimeout(renew, REST_MS);
}

function latitude(y) { return (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / map.units))) * 180) / Math.PI; }
const longitude = (x) => (x / map.units) * 360 - 180;

async function renew() {
  const { left, top, width, height } = map.view;
  const edges = [latitude(top + height), longitude(left), latitude(top), longitude(left + width)].map((edge) => Number(edge.toFixed(6)));
  const url = `${map.section.dataset.url}?box=${edges.join(",")}`;
  const mine = (round += 1);
  const answer = await fetch(url, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || mine !== round || !map?.section.isConnected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-map]");
  history.replaceState(history.state, "", url);
  map.svg.querySelector(".markers").replaceWith(document.importNode(fresh.querySelector(".markers"), true));
  map.section.querySelector(".map-tools").replaceWith(document.importNode(fresh.querySelector(".map-tools"), true));
  while (map.section.nextElementSibling) map.section.nextElementSibling.remove();
  const below = document.importNode(fresh.nextElementSibling, true);
  map.section.after(below);
  process(map.section.parentElement);
  draw();
  (await import("./photos.js")).begin();
  say(below.querySelector(".how-many, h2")?.textContent ?? "");
}

// A point of the window stays where it is while the rest comes nearer or goes.
function zoom(factor, x = 0.5, y = 0.5) {
  const { view, units } = map;
  const width = Math.min(units, Math.max(LEAST, view.width * factor));
  const height = (view.height * width) / view.width;
  move({ left: view.left + (view.width - width) * x, top: view.top + (view.height - height) * y, width, height });
}

function move({ left, top, width, height }) {
  const within = (start, length) => Math.min(Math.max(start, -length / 2), map.units - length / 2);
  map.view = { left: within(left, width), top: within(top, height), width, height };
  draw();
  settle();
}

// Where in the view a point of the window is, from 0 to 1.
function place({ clientX, clientY }) {
  const box = map.svg.getBoundingClientRect();
  const scale = unit();
  return [
    0.5 + ((clientX - box.left - box.width / 2) * scale) / map.view.width,
    0.5 + ((clientY - box.top - box.height / 2) * scale) / map.view.height,
  ];
}

function ready(section) {
  const svg = section.querySelector(".map");
  const [left, top, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  map = { section, svg, view: { left, top, width, height }, units: Number(section.dataset.units) };
  draw();
  let moved = false;

  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(Math.min(60, Math.max(-60, event.deltaY)) / 160), ...place(event));
  }, { passive: false });
  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    pointers.set(event.pointerId, event);
    moved = pointers.size > 1;
  });
  addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before || !map) return;
    const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
    if (!moved && Math.hypot(dx, dy) < 5) return;
    if (!moved) { moved = true; svg.setPointerCapture?.(event.pointerId); svg.dataset.held = ""; }
    if (pointers.size === 2) {
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, its]) => its);
      const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
      zoom(apart(before) / apart(event), ...place({ clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 }));
    } else move({ ...map.view, left: map.view.left - dx * unit(), top: map.view.top - dy * unit() });
    pointers.set(event.pointerId, event);
  });
  for (const over of ["pointerup", "pointercancel"]) addEventListener(over, (event) => { pointers.delete(event.pointerId); delete svg.dataset.held; });
  section.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    if (moved) { moved = false; event.preventDefault(); event.stopPropagation(); return; }
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const tool = link.closest(".map-tools") && [...link.parentElement.children].indexOf(link);
    if (tool === 0 || tool === 1) { event.preventDefault(); event.stopPropagation(); zoom(tool ? 2 : 0.5); }
  }, true);
  svg.addEventListener("dragstart", (event) => event.preventDefault());
}

onArrival(() => {
  const section = document.querySelector("[data-map]");
  pointers.clear();
  if (!section) map = null;
  else if (map?.section !== section) ready(section);
});
addEventListener("resize", () => { if (map?.section.isConnected) draw(); });
