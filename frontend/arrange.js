// An album in the owner's own order: photos are dragged to their place, or led there by Shift and the arrows.
import { csrf, say, state, t, toast } from "./shared.js";

const form = () => document.querySelector("[data-arrange]");
const tiles = () => [...form().querySelectorAll(".grid > li")];
const shown = () => tiles().filter((li) => !li.classList.contains("folded"));
const link = (li) => li.querySelector("a[data-photo]");
const idOf = (li) => link(li).dataset.photo;

let renew = () => {};
let lifted = [];
let place = null; // { li, isAfter }: where they would go

export const begin = (bring) => (renew = bring);

// What moves along with a photo: all that is chosen when it is, else what belongs together with it.
function along(li) {
  const chosen = tiles().filter((each) => each.querySelector(".pick input").checked);
  if (chosen.includes(li)) return chosen;
  const { group } = li.dataset;
  return group ? tiles().filter((each) => each.dataset.group === group) : [li];
}

function put(moved, before) {
  if (before) before.before(...moved);
  else tiles().filter((li) => !moved.includes(li)).at(-1)?.after(...moved);
  const at = shown().indexOf(moved.find((li) => !li.classList.contains("folded"))) + 1;
  say(t("Now photo %(num)s of %(total)s.", { num: at, total: shown().length }));
  send(moved.map(idOf), before ? idOf(before) : "");
}

async function send(ids, before) {
  const body = new URLSearchParams([...ids.map((id) => ["ids", id]), ["before", before], ["quiet", "1"], ["csrf_token", csrf()]]);
  const answer = await fetch(form().dataset.arrange, { method: "POST", body, headers: { "X-CSRF-Token": csrf() } }).catch(() => null);
  if (!answer?.ok) toast(t("That did not work. Nothing was changed."), { alert: true });
  renew();
}

// --- by mouse ---

document.addEventListener("dragstart", (event) => {
  const li = event.target.closest?.("[data-arrange] .grid > li");
  if (!li) return;
  lifted = along(li);
  event.dataTransfer.setData("application/x-cozy-photos", lifted.map(idOf).join());
  event.dataTransfer.effectAllowed = "move";
  for (const each of lifted) each.setAttribute("data-lifted", "");
});

document.addEventListener("dragover", (event) => {
  if (!lifted.length) return;
  const li = event.target.closest?.("[data-arrange] .grid > li");
  if (!li) return;
  event.preventDefault();
  const box = li.getBoundingClientRect();
  point(li, event.clientX > box.left + box.width / 2);
});

function point(li, isAfter) {
  if (place?.li === li && place.isAfter === isAfter) return;
  place?.li.removeAttribute("data-place");
  place = li && !lifted.includes(li) ? { li, isAfter } : null;
  place?.li.setAttribute("data-place", isAfter ? "after" : "before");
}

document.addEventListener("drop", (event) => {
  if (!lifted.length || !place) return;
  event.preventDefault();
  event.stopPropagation();
  const rest = tiles().filter((li) => !lifted.includes(li));
  put(lifted, place.isAfter ? rest[rest.indexOf(place.li) + 1] : place.li);
}, true);

document.addEventListener("dragend", () => {
  for (const li of lifted) li.removeAttribute("data-lifted");
  lifted = [];
  point(null, false);
});

// --- by keyboard ---

document.addEventListener("keydown", (event) => {
  const li = event.target.closest?.("[data-arrange] .grid > li");
  if (!li || !event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || !state().shortcuts) return;
  const moved = along(li);
  const all = shown();
  const rest = all.filter((each) => !moved.includes(each));
  const row = all.filter((each) => Math.abs(each.getBoundingClientRect().top - li.getBoundingClientRect().top) < 4).length;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -row, ArrowDown: row, Home: -all.length, End: all.length }[event.key];
  if (!by || !rest.length) return;
  event.preventDefault();
  const edge = all.indexOf((by < 0 ? moved : [...moved].reverse()).find((each) => all.includes(each)));
  const now = all.slice(0, edge).filter((each) => !moved.includes(each)).length;
  const at = Math.min(Math.max(now + by, 0), rest.length);
  if (at === now) return;
  put(moved, rest[at]);
  link(li).focus({ preventScroll: true });
  li.scrollIntoView({ block: "nearest" });
}, true);
