// <form data-autosave="url"> is saved on the server as it is typed: 600 ms after typing stops, and before
// the page goes away. Its [data-save-state] says what the server has said, never more.
//
// Every form that was typed into carries data-edited until it is sent: live changes do not touch it.
import { now } from "./clock.js";
import { csrfToken } from "./requests.js";
import { words } from "./words.js";

const PAUSE = 600;
const RETRY = [3000, 6000, 15000, 30000];
const drafts = new Map();

class Autosave {
  constructor(form) {
    this.form = form;
    this.timer = 0;
    this.tries = 0;
    this.unsaved = false;
    this.running = null;
  }

  typed() {
    this.unsaved = true;
    this.show("dirty", words("unsaved"));
    this.later(PAUSE);
  }

  later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), delay);
  }

  /** Save what is there now; one request at a time, so that an older text never lands last. */
  save(keepalive = false) {
    clearTimeout(this.timer);
    if (this.running && !keepalive) return this.running.then(() => this.unsaved && this.save());
    if (!this.unsaved) return Promise.resolve();
    this.unsaved = false;
    this.show("saving", words("saving"));
    this.running = this.send(keepalive).finally(() => (this.running = null));
    return this.running;
  }

  async send(keepalive) {
    try {
      const answer = await fetch(this.form.dataset.autosave, {
        method: "POST",
        body: this.body(),
        keepalive,
        headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
      });
      const trouble = answer.headers.get("X-Trouble");
      if (trouble) document.dispatchEvent(new CustomEvent("trouble", { detail: trouble }));
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      this.tries = 0;
      if (!this.unsaved) this.show("saved", words("saved", { time: timeOfDay() }));
    } catch {
      this.failed();
    }
  }

  failed() {
    this.unsaved = true;
    this.show("failed", words("save_failed"));
    const wait = RETRY[Math.min(this.tries, RETRY.length - 1)];
    this.tries += 1;
    if (this.form.isConnected) this.later(wait);
  }

  /** The fields as they stand, without files, passwords and what data-unsaved keeps on this machine. */
  body() {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) {
      const input = this.form.elements.namedItem(name);
      const keep = input instanceof Element && (input.type === "password" || input.hasAttribute("data-unsaved"));
      if (typeof value === "string" && name !== "csrfmiddlewaretoken" && !keep) body.append(name, value);
    }
    return body;
  }

  show(state, text) {
    const place = this.form.querySelector("[data-save-state]");
    if (!place) return;
    place.dataset.state = state;
    place.textContent = text;
    if (state !== "failed") return;
    const retry = document.createElement("button");
    retry.type = "button";
    retry.dataset.saveAgain = "";
    retry.textContent = words("save_again");
    place.append(retry);
  }

  stop() {
    clearTimeout(this.timer);
    this.unsaved = false;
  }
}

function timeOfDay() {
  return new Date(now()).toLocaleTimeString("zh-CN", { hour12: false, timeZone: document.body.dataset.zone });
}

function draftOf(form) {
  if (!drafts.has(form)) drafts.set(form, new Autosave(form));
  return drafts.get(form);
}

function typed(event) {
  const form = event.target.form;
  if (!form || form.method === "get" || event.isComposing) return;
  form.dataset.edited = "";
  if (form.dataset.autosave) draftOf(form).typed();
}

/** Whether anything typed on this page is not on the server yet. */
export function anyUnsaved() {
  return [...drafts.values()].some((draft) => draft.form.isConnected && (draft.unsaved || draft.running));
}

/** Save every draft now; resolves when the server has answered. */
export function flushAll(within = document) {
  const mine = [...drafts.values()].filter((draft) => within.contains(draft.form));
  return Promise.all(mine.map((draft) => draft.save()));
}

function leaving() {
  for (const draft of drafts.values()) if (draft.form.isConnected && draft.unsaved) draft.save(true);
}

function sent(event) {
  const form = event.target.closest?.("form");
  if (!form || !form.matches("[data-edited]")) return;
  // A form that was accepted is done with; a refused one is still unsaved and goes back to its draft.
  if (event.detail.successful) {
    delete form.dataset.edited;
    drafts.get(form)?.stop();
  } else if (form.dataset.autosave && form.isConnected) draftOf(form).typed();
}

export function start() {
  document.addEventListener("input", typed);
  document.addEventListener("compositionend", typed);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-save-again]")) draftOf(event.target.closest("form")).save();
  });
  document.addEventListener("submit", (event) => clearTimeout(drafts.get(event.target)?.timer));
  document.addEventListener("htmx:afterRequest", (event) => event.detail.requestConfig.verb !== "get" && sent(event));
  document.addEventListener("visibilitychange", () => document.hidden && leaving());
  window.addEventListener("pagehide", leaving);
  window.addEventListener("online", () => flushAll());
}
