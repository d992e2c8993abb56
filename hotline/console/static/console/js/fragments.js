// Parts of a page that stay fresh: elements with data-topic, data-version, hx-get and an id ({% live %}).
//
// A ring refetches the fragment by its ordinary view, with the ETag of what is shown. Nothing that is
// typed into, selected, listened to or open is ever replaced: a quiet mark appears, and a click shows the rest.
import { flushAll } from "./autosave.js";
import { toast } from "./toasts.js";
import { words } from "./words.js";

const DEBOUNCE = 150;
const LONGEST = 450;
const PATIENCE = 20000;
const EDITABLE = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
const OPEN = "form[data-edited], dialog[open], details.menu[open]";
const waiting = new Map();
const etags = new Map();
const forced = new Set();
const rung = { ids: new Set(), timer: 0, since: 0 };
let asking = Promise.resolve();

function all() {
  return [...document.querySelectorAll("[data-topic][data-version]")];
}

function topicsOf(element) {
  return element.dataset.topic.split(/\s+/).filter(Boolean);
}

/**
 * What this page shows: topic -> version. Some parts show the version of the topic itself, a number; what the
 * others show is of their own making, and was asked for no earlier. Where they differ, the server is to ring
 * for sure ("").
 */
export function shown() {
  const versions = {};
  for (const element of all()) {
    for (const topic of topicsOf(element)) (versions[topic] ??= []).push(asVersion(element.dataset.version));
  }
  return Object.fromEntries(Object.entries(versions).map(([topic, found]) => [topic, agreed(found)]));
}

function agreed(versions) {
  const numbers = versions.filter((one) => typeof one === "number");
  const said = new Set(numbers.length ? numbers : versions);
  return said.size === 1 ? [...said][0] : "";
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
    waiting.set(element.id, (waiting.get(element.id) ?? 0) + 1);
    soon(element.id);
  }
}

// A change rings several times within a moment; it is fetched once, when it is quiet or has lasted long enough.
function soon(id) {
  if (!rung.ids.size) rung.since = Date.now();
  rung.ids.add(id);
  clearTimeout(rung.timer);
  rung.timer = setTimeout(settle, Math.max(0, Math.min(DEBOUNCE, rung.since + LONGEST - Date.now())));
}

function isCurrent(element, version) {
  const here = asVersion(element.dataset.version);
  return topicsOf(element).length === 1 && version > 0 && typeof here === "number" && here >= version;
}

function settle() {
  const elements = all().filter((one) => rung.ids.has(one.id));
  rung.ids.clear();
  refetch(elements);
}

/** Fetch `elements` anew; what a person is busy with is looked at only, and marked where it differs. */
function refetch(elements) {
  elements.filter(busy).forEach(look);
  const quiet = elements.filter((one) => !busy(one));
  const joint = quiet.filter((one) => one.closest("[data-together]"));
  if (joint.length < 2) return quiet.forEach(ask);
  quiet.filter((one) => !joint.includes(one)).forEach(ask);
  // One after the other, so that an older answer never follows a newer one.
  asking = asking.then(() => together(joint.filter((one) => one.isConnected))).catch((error) => reportError(error));
}

function ask(element) {
  htmx.trigger(element, "bell");
}

// Parts of one [data-together] are asked for at once: /desk/parts/queue,bar/. A refusal or a broken line
// each part meets by asking for itself.
async function together(elements) {
  if (elements.length < 2) return elements.forEach(ask);
  const url = elements[0].getAttribute("hx-get");
  const answer = await several(url, elements).catch(() => null);
  if (!answer) return elements.forEach(ask);
  if (answer.whole) return swap(answer.whole, answer.text);
  const page = new DOMParser().parseFromString(answer.text, "text/html");
  for (const element of elements) put(element, page.querySelector(`template[data-part="${element.id}"]`), url);
}

async function several(url, elements) {
  const [, start, shape] = url.match(/^(.*\/)[^/]+\/(\?.*)$/);
  const names = elements.map((one) => one.id.replace("desk-", "")).join(",");
  const tags = elements.map(etagOf).filter(Boolean).join(", ");
  const headers = tags ? { "HX-Request": "true", "If-None-Match": tags } : { "HX-Request": "true" };
  const answer = await fetch(`${start}${names}/${shape}`, { headers, signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok && answer.status !== 304) return null;
  const whole = answer.headers.get("HX-Retarget");
  return { text: await answer.text(), whole: whole && document.querySelector(whole) };
}

function put(element, piece, url) {
  if (!element.isConnected) return;
  // Another call has come meanwhile: this answer is of the one before.
  if (query(element.getAttribute("hx-get")) !== query(url)) return ask(element);
  if (piece && busy(element)) return mark(element);
  waiting.delete(element.id);
  if (!piece) return;
  etags.set(element.id, piece.dataset.etag);
  swap(element, piece.innerHTML);
}

function query(url) {
  return url.split("?")[1];
}

function swap(element, text) {
  htmx.swap(element, text, { swapStyle: "morph:outerHTML", swapDelay: 0, settleDelay: 20 }, { contextElement: element });
}

function mark(element) {
  const count = waiting.get(element.id) || 1;
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
  refetch(all());
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
