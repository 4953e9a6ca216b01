// A list keeps up with what changes elsewhere: in another window, an app, a device. Without a socket it stays as it is.
import { onArrival, refresh } from "./shared.js";
import { hear } from "./socket.js";

const CALM_MS = 300; // many changes come together
const APART_MS = 2000;
const BUSY_MS = 1000; // somebody is in the middle of something
const ONE_PAGE = 200; // rows; of more, those that scrolling brought would go

let timer = 0;
let shown = 0;

// The folder whose list this is, "" for a list of any files; other kinds of documents than files name theirs, the first of several
// being the one that the list is of.
const list = () => document.querySelector("main [data-live]");
const live = () => list()?.dataset.live;
const FILES = "io.cozy.files";
const types = () => (list()?.dataset.liveType ?? FILES).split(" ");

// Of files, only those of some classes concern a page of photos: what is gone says no longer what it was.
const classes = () => list()?.dataset.liveClasses?.split(" ");

function concerns({ event, type: changed, id, doc }) {
  if (!types().includes(changed)) return false;
  if (changed === FILES && classes()) return event === "DELETED" || classes().includes(doc?.class);
  const folder = live();
  return folder === "" || folder === id || (folder && folder === doc?.dir_id) || Boolean(document.querySelector(`main tr[data-id="${CSS.escape(id)}"]`));
}

const isBusy = () =>
  document.hidden || document.querySelector("dialog[open], :popover-open, .files .pick input:checked, [data-over], .pswp, main :is(input, textarea):focus")
  || document.querySelectorAll("main tr[data-id]").length > ONE_PAGE;

function soon() {
  timer ||= setTimeout(show, Math.max(CALM_MS, shown + APART_MS - Date.now()));
}

function show() {
  timer = 0;
  if (live() === undefined) return;
  if (isBusy()) return void (timer = setTimeout(show, BUSY_MS));
  shown = Date.now();
  if ("liveWhole" in list().dataset) location.reload(); // what it will show needs other scripts
  else if (list().dispatchEvent(new Event("live:renew", { bubbles: true, cancelable: true }))) refresh();
}

// What changed after the list was made and before anybody listened: the list knows the last change that it shows.
async function catchUp() {
  const since = document.querySelector("main [data-live]")?.dataset.seq;
  if (!since) return;
  const [type] = types();
  const feed = type === FILES ? "/files" : `/data/${type}`;
  const answer = await fetch(`${feed}/_changes?limit=1&since=${since}`).catch(() => null);
  if (answer?.ok && (await answer.json()).results.length) soon();
}

// How far a move is, no document of the home tells: the page is asked again while somebody looks at it, and followed where it leads then.
const AGAIN_MS = 3000;
const waits = () => document.querySelector("main [data-again]");
let asking = 0;
async function askAgain() {
  asking = 0;
  if (!waits()) return;
  const answer = document.hidden || isBusy() ? null : await fetch(location.href, { redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") return void location.reload();
  if (answer?.ok && waits()) await refresh();
  if (waits()) asking ||= setTimeout(askAgain, AGAIN_MS);
}

const listener = { changed: (change) => concerns(change) && soon(), heard: catchUp };

onArrival(() => {
  if (live() !== undefined) types().forEach((type) => hear(type, listener));
  if (waits()) asking ||= setTimeout(askAgain, AGAIN_MS);
});
