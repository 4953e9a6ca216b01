// Turning and cutting a photo as one sees it: a canvas that turns, a frame that is drawn, moved and sized by mouse, finger and keys.
import { onArrival } from "./shared.js";

const LEAST = 0.05; // of a side

function ready(form) {
  const paper = form.querySelector(".paper");
  const picture = paper.querySelector("img");
  const frame = form.querySelector("[data-frame]");
  const canvas = document.createElement("canvas");
  const field = (name) => form.elements[name];
  let cut = { left: 0, top: 0, width: 1, height: 1 };

  const turn = () => Number(field("turn").value);
  const shape = () => field("shape").value;
  // Width by height of the cut, in parts of the sides; 0 where it is free.
  const ratio = () => {
    const [wide, high] = shape().split(":").map(Number);
    return wide && high ? (wide / high) * (canvas.height / canvas.width) : 0;
  };

  function draw() {
    const quarter = turn() % 180 !== 0;
    const { naturalWidth: width, naturalHeight: height } = picture;
    [canvas.width, canvas.height] = quarter ? [height, width] : [width, height];
    const pen = canvas.getContext("2d");
    pen.translate(canvas.width / 2, canvas.height / 2);
    pen.rotate((turn() * Math.PI) / 180);
    pen.drawImage(picture, -width / 2, -height / 2);
  }

  function show() {
    frame.hidden = !shape();
    Object.assign(frame.style, { insetInlineStart: `${cut.left * 100}%`, insetBlockStart: `${cut.top * 100}%`, inlineSize: `${cut.width * 100}%`, blockSize: `${cut.height * 100}%` });
    for (const name of ["left", "top", "width", "height"]) field(name).value = shape() ? cut[name].toFixed(6) : "";
  }

  function fit() {
    const wanted = ratio();
    const whole = shape() === "free" ? 0.8 : 1;
    cut = wanted ? { width: Math.min(1, wanted), height: Math.min(1, 1 / wanted) } : { width: whole, height: whole };
    cut.left = (1 - cut.width) / 2;
    cut.top = (1 - cut.height) / 2;
    show();
  }

  const within = (value, most) => Math.min(Math.max(value, 0), most);
  function move(dx, dy) {
    cut = { ...cut, left: within(cut.left + dx, 1 - cut.width), top: within(cut.top + dy, 1 - cut.height) };
    show();
  }
  // The corner that is held follows; the one across from it stays.
  function size(corner, x, y) {
    const [west, north] = [corner.includes("w"), corner.includes("n")];
    const fixed = { x: west ? cut.left + cut.width : cut.left, y: north ? cut.top + cut.height : cut.top };
    let width = Math.max(LEAST, Math.abs(within(x, 1) - fixed.x));
    let height = Math.max(LEAST, Math.abs(within(y, 1) - fixed.y));
    const wanted = ratio();
    if (wanted) {
      width = Math.min(width, west ? fixed.x : 1 - fixed.x, (north ? fixed.y : 1 - fixed.y) * wanted);
      height = width / wanted;
    }
    width = Math.min(width, west ? fixed.x : 1 - fixed.x);
    height = Math.min(height, north ? fixed.y : 1 - fixed.y);
    cut = { left: west ? fixed.x - width : fixed.x, top: north ? fixed.y - height : fixed.y, width, height };
    show();
  }

  let held = null;
  frame.addEventListener("pointerdown", (event) => {
    const box = paper.getBoundingClientRect();
    held = { corner: event.target.dataset.corner, x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
    frame.setPointerCapture(event.pointerId);
    event.preventDefault();
    frame.focus();
  });
  frame.addEventListener("pointermove", (event) => {
    if (!held) return;
    const box = paper.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    if (held.corner) size(held.corner, x, y);
    else move(x - held.x, y - held.y);
    Object.assign(held, { x, y });
  });
  for (const over of ["pointerup", "pointercancel"]) frame.addEventListener(over, () => (held = null));
  frame.addEventListener("keydown", (event) => {
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (!dx && !dy) return;
    event.preventDefault();
    if (event.shiftKey) size("se", cut.left + cut.width + dx * 0.02, cut.top + cut.height + (ratio() ? dx || dy : dy) * 0.02);
    else move(dx * 0.01, dy * 0.01);
  });
  for (const corner of ["nw", "ne", "sw", "se"]) {
    const handle = document.createElement("span");
    handle.className = `corner ${corner}`;
    handle.dataset.corner = corner;
    frame.append(handle);
  }
  form.addEventListener("change", ({ target }) => {
    if (target.name === "turn") draw();
    fit();
  });

  const begin = () => { draw(); picture.hidden = true; fit(); };
  picture.after(canvas);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", picture.alt);
  if (picture.complete && picture.naturalWidth) begin();
  else picture.addEventListener("load", begin, { once: true });
}

onArrival(() => {
  const form = document.querySelector("[data-edit]");
  if (form && !form.querySelector("canvas")) ready(form);
});
