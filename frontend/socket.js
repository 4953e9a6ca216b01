// The page's one line to its home: whoever wants to hear of a kind of documents says so here. Without a socket nothing is heard.
import "./shared.js";

const LONGEST_MS = 60_000;
const REFUSED = 1008; // nobody is in any more (RFC 6455 §7.4.1)
const ECHO = "ECHO";

const topics = new Map(); // by doctype: who listens, and whether the server has heeded that
let asked = []; // doctypes whose subscription is not known to be heeded yet, in order
let socket = null;
let tries = 0;

// listener: changed(payload) for each change; heard() whenever the server begins to tell of them, or does so already.
export function hear(type, listener) {
  const known = topics.get(type);
  const topic = known ?? { listeners: new Set(), isHeard: false };
  topic.listeners.add(listener);
  topics.set(type, topic);
  if (topic.isHeard) listener.heard();
  else if (!known && socket?.readyState === WebSocket.OPEN) ask(type);
  if (!socket) connect();
}

function ask(type) {
  asked.push(type);
  socket.send(JSON.stringify({ method: "SUBSCRIBE", payload: { type } }));
  socket.send(JSON.stringify({ method: ECHO })); // no method: it is refused once what came before has been heeded
}

function heeded() {
  const topic = topics.get(asked.shift());
  topic.isHeard = true;
  topic.listeners.forEach((listener) => listener.heard());
}

function connect() {
  socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/realtime/`, "io.cozy.websocket");
  socket.onopen = () => {
    for (const type of topics.keys()) ask(type);
    tries = 0;
  };
  socket.onmessage = ({ data }) => {
    const { event, payload } = JSON.parse(data);
    if (event === "error") {
      if (payload.source?.method === ECHO) heeded();
    } else topics.get(payload.type)?.listeners.forEach((listener) => listener.changed({ event, ...payload }));
  };
  socket.onclose = ({ code }) => {
    left();
    if (code === REFUSED) return;
    tries += 1;
    setTimeout(() => socket || connect(), Math.min(500 * 2 ** tries, LONGEST_MS) * (0.5 + Math.random()));
  };
}

function left() {
  socket = null;
  asked = [];
  topics.forEach((topic) => (topic.isHeard = false));
}

// A page that the browser keeps for the way back has no socket.
addEventListener("pagehide", () => { if (socket) { socket.onclose = null; socket.close(); left(); } });
addEventListener("pageshow", ({ persisted }) => { if (persisted && topics.size && !socket) connect(); });
