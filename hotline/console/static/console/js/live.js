// The doorbell's socket: says what the page shows, rings the fragments that differ, comes back when it is lost.
import { anyUnsaved } from "./autosave.js";
import { askAgain, ring, shown } from "./fragments.js";
import { present } from "./presence.js";
import { words } from "./words.js";

const ASK_EVERY = 30000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15000;
const BANNER_AFTER = 2000;
const SIGNED_OUT = 4401;

let socket = null;
let tries = 0;
let retryTimer = 0;
let bannerTimer = 0;
let lost = false;
let lastHello = "";
let lastPing = 0;
let longestPing = 0;

function address() {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${document.body.dataset.live}`;
}

function connect() {
  clearTimeout(retryTimer);
  if (socket && socket.readyState <= WebSocket.OPEN) return;
  socket = new WebSocket(address());
  socket.onopen = opened;
  socket.onmessage = (event) => received(JSON.parse(event.data));
  socket.onclose = closed;
}

function opened() {
  tries = 0;
  lastHello = "";
  hello();
  if (lost) askAgain();
  backAgain();
}

/** Tell the server what this page shows; it rings at once for whatever has moved on since. */
function hello() {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const text = JSON.stringify({ hello: { topics: shown(), page: location.pathname } });
  if (text === lastHello) return;
  lastHello = text;
  socket.send(text);
}

function received(data) {
  if ("ping" in data) {
    socket.send(JSON.stringify({ pong: data.ping }));
    if (lastPing) longestPing = Math.max(longestPing, Date.now() - lastPing);
    lastPing = Date.now();
    return;
  }
  if (data.hello) return Object.entries(data.presence).forEach(([topic, people]) => present(topic, people));
  if (data.kind === "presence") return present(data.topic, data.people);
  // Rings may have been missed on the way: ask for everything.
  if (data.kind === "refresh") return askAgain();
  ring(data);
  document.dispatchEvent(new CustomEvent("live:ring", { detail: data }));
}

function closed(event) {
  lastPing = 0;
  if (event.code === SIGNED_OUT) {
    location.assign(`${document.body.dataset.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`);
    return;
  }
  if (!bannerTimer) bannerTimer = setTimeout(sayLost, BANNER_AFTER);
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
  tries += 1;
  // Jitter: after a restart of the server not every console comes back in the same moment.
  retryTimer = setTimeout(connect, wait / 2 + Math.random() * wait);
}

function sayLost() {
  lost = true;
  const banner = document.getElementById("connection");
  const calls = "rings" in document.body.dataset ? ` ${words("calls_go_on")}` : "";
  banner.querySelector("p").textContent = words(anyUnsaved() ? "lost_unsaved" : "lost") + calls;
  banner.hidden = false;
  document.dispatchEvent(new CustomEvent("live:state", { detail: { connected: false } }));
}

function backAgain() {
  clearTimeout(bannerTimer);
  bannerTimer = 0;
  document.dispatchEvent(new CustomEvent("live:state", { detail: { connected: true } }));
  if (!lost) return;
  lost = false;
  const banner = document.getElementById("connection");
  banner.querySelector("p").textContent = words("back");
  setTimeout(() => !lost && (banner.hidden = true), 3000);
}

// A socket can be dead without knowing it (a sleeping laptop): no ping for three times the usual means dead.
function watch() {
  if (lastPing && longestPing && Date.now() - lastPing > Math.max(20000, longestPing * 3)) socket.close();
}

function comeBackNow() {
  if (document.hidden || socket?.readyState === WebSocket.OPEN) return;
  tries = 0;
  connect();
}

export function start() {
  if (!document.body.dataset.live) return;
  connect();
  document.addEventListener("htmx:afterSettle", hello);
  document.addEventListener("visibilitychange", comeBackNow);
  window.addEventListener("online", comeBackNow);
  window.addEventListener("pagehide", () => {
    clearTimeout(bannerTimer);
    if (socket) socket.onclose = null;
    socket?.close();
  });
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  setInterval(watch, 5000);
  setTimeout(() => setInterval(askAgain, ASK_EVERY), Math.random() * ASK_EVERY);
}
