// Running time: data-since="ISO" counts up, data-until="ISO" counts down, once a second.
//
// data-format="clock" writes 03:12 instead of words. data-warn and data-late (seconds) set data-wait on
// the nearest .queue-item. <progress data-until> empties. Times are the server's: a wrong clock on this
// machine is corrected by what the page says the time was. With data-overdue, what is over is said in red.
import { words } from "./words.js";

let skew = 0;

/** Milliseconds since 1970 by the server's clock. */
export function now() {
  return Date.now() + skew;
}

/** `seconds` as 3 分 12 秒. */
export function inWords(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = { h: Math.floor(whole / 3600), m: Math.floor((whole % 3600) / 60), s: whole % 60 };
  if (parts.h) return words("hours", parts);
  return words(parts.m ? "minutes" : "seconds", parts);
}

function asClock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  return `${hours ? `${hours}:` : ""}${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`;
}

function show(element, seconds) {
  if (element.tagName === "PROGRESS") {
    element.value = Math.max(0, seconds);
    return;
  }
  const over = "overdue" in element.dataset && seconds < 0;
  element.classList.toggle("bad", over);
  const text = over ? words("overdue", { time: inWords(-seconds) }) : element.dataset.format === "clock" ? asClock(seconds) : inWords(seconds);
  if (element.textContent !== text) element.textContent = text;
}

function colour(element, seconds) {
  const row = element.closest(".queue-item");
  if (!row || !element.dataset.late) return;
  const late = seconds >= Number(element.dataset.late);
  row.dataset.wait = late ? "late" : seconds >= Number(element.dataset.warn) ? "long" : "short";
}

function tick() {
  for (const element of document.querySelectorAll("[data-since]")) {
    const seconds = (now() - Date.parse(element.dataset.since)) / 1000;
    show(element, seconds);
    colour(element, seconds);
  }
  for (const element of document.querySelectorAll("[data-until]")) {
    show(element, Math.ceil((Date.parse(element.dataset.until) - now()) / 1000));
  }
}

export function start() {
  const server = Date.parse(document.body.dataset.now ?? "");
  if (server && Math.abs(server - Date.now()) > 5000) skew = server - Date.now();
  tick();
  setInterval(tick, 1000);
  document.addEventListener("htmx:afterSettle", tick);
}
