// Parts of a page that stay fresh: elements with data-topic, data-version, hx-get and an id ({% live %}).
//
// A ring refetches the fragment by its ordinary view, with the ETag of what is shown. Nothing that is
// typed into, selected, listened to or open is ever replaced: a quiet mark appears, and a click shows the rest.
import { flushAll } from "./autosave.js";
import { toast } from "./toasts.js";
import { words } from "./words.js";

const DEBOUNCE = 150;
const EDITABLE = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
const OPEN = "form[data-edited], dialog[open], details.menu[open]";
const waiting = new Map();
const etags = new Map();
const forced = new Set();

function all() {
  return [...document.querySelectorAll("[data-topic][data-version]")];
}

function topicsOf(element) {
  return element.dataset.topic.split(/\s+/).filter(Boolean);
}

/** What this page shows: topic -> version. Where two parts differ, the server is to ring for sure ("" ). */
export function shown() {
  const topics = {};
  for (const element of all()) {
    const version = element.dataset.version;
    for (const topic of topicsOf(element)) {
      topics[topic] = topic in topics && String(topics[topic]) !== version ? "" : asVersion(version);
    }
  }
  return topics;
}

function asVersion(text) {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** Whether replacing `element` now would disturb what a person is doing in it. */
export function busy(element) {
  const focus = document.activeElement;
  if (focus && element.contains(focus) && focus.matches(EDITABLE)) return true;
  if (element.matches("[data-live=ask]") || element.querySelector(OPEN)) return true;
  const selection = getSelection();
  if (selection && !selection.isCollapsed && element.contains(selection.anchorNode)) return true;
  return [...element.querySelectorAll("audio")].some((audio) => !audio.paused);
}

/** Something behind `topic` changed: refetch what shows it, or mark it. */
export function ring({ topic, version }) {
  for (const element of all()) {
    if (!topicsOf(element).includes(topic) || isCurrent(element, version)) continue;
    const entry = waiting.get(element.id) ?? { count: 0, timer: 0 };
    entry.count += 1;
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => settle(element.id), DEBOUNCE);
    waiting.set(element.id, entry);
  }
}

function isCurrent(element, version) {
  const here = asVersion(element.dataset.version);
  return topicsOf(element).length === 1 && version > 0 && typeof here === "number" && here >= version;
}

function settle(id) {
  const element = document.getElementById(id);
  if (!element) waiting.delete(id);
  else if (busy(element)) look(element);
  else htmx.trigger(element, "bell");
}

function mark(element) {
  const count = waiting.get(element.id)?.count || 1;
  let button = element.querySelector(":scope > .live-mark");
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.className = "live-mark";
    element.prepend(button);
  }
  button.textContent = words(count === 1 ? "one_change" : "changes", { n: count });
}

async function show(button) {
  const element = button.closest("[data-topic]");
  await flushAll(element);
  forced.add(element.id);
  getSelection()?.removeAllRanges();
  htmx.trigger(element, "bell");
}

/** Ask for every fragment again; most answer 304. Called after a reconnect and every 30 s. */
export function askAgain() {
  for (const element of all()) {
    if (busy(element)) look(element);
    else htmx.trigger(element, "bell");
  }
}

// A ring says that something changed, not that this part did: only a part that really differs is marked.
async function look(element) {
  const headers = { "HX-Request": "true" };
  const etag = etagOf(element);
  if (etag) headers["If-None-Match"] = etag;
  const answer = await fetch(element.getAttribute("hx-get"), { headers }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(element.id);
  if (fresh?.dataset.version !== element.dataset.version) mark(element);
  else waiting.delete(element.id);
}

function etagOf(element) {
  return etags.get(element.id) ?? element.dataset.etag;
}

function isBell(event) {
  return event.detail.requestConfig?.triggeringEvent?.type === "bell" || event.detail.triggeringEvent?.type === "bell";
}

function beforeRequest(event) {
  const etag = isBell(event) && etagOf(event.detail.elt);
  if (etag) event.detail.headers["If-None-Match"] = etag;
}

function beforeSwap(event) {
  if (!isBell(event)) return;
  const element = event.detail.elt;
  const { status } = event.detail.xhr;
  if (status === 403 || status === 404) return gone(element);
  if (status !== 200) return;
  if (busy(element) && !forced.delete(element.id)) {
    event.detail.shouldSwap = false;
    mark(element);
    return;
  }
  forced.delete(element.id);
  waiting.delete(element.id);
  const etag = event.detail.xhr.getResponseHeader("ETag");
  if (etag) etags.set(element.id, etag);
}

// The case has left this person's scope, or the thing is gone: what is on the screen is no longer kept fresh.
function gone(element) {
  element.removeAttribute("data-topic");
  toast(words("gone"), "warning");
}

export function start() {
  document.addEventListener("htmx:configRequest", beforeRequest);
  document.addEventListener("htmx:beforeSwap", beforeSwap);
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".live-mark");
    if (button) show(button);
  });
  // The reader has finished: what waited behind the mark comes in by itself where nothing is edited.
  document.addEventListener("focusout", (event) => {
    const element = event.target.closest?.("[data-topic]");
    if (element?.querySelector(":scope > .live-mark")) setTimeout(() => !busy(element) && htmx.trigger(element, "bell"), 300);
  });
}
