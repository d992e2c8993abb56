// <form data-autosave="url"> is saved on the server as it is typed: 600 ms after typing stops, and as the page
// goes away. Its [data-save-state] says what the server has said, never more.
//
// Every form that was typed into carries data-edited until it is sent: live changes do not touch it.
import { now } from "./clock.js";
import * as leftover from "./leftover.js";
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
    this.over = false;
    this.known = leftover.textOf(form);
    this.sent = this.known;
  }

  /** Whether the server has not said yet that it has all of it. */
  get open() {
    return !this.over && (this.unsaved || Boolean(this.running));
  }

  typed() {
    this.over = false;
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
    if (!this.unsaved && !keepalive) return Promise.resolve();
    this.unsaved = false;
    this.sent = leftover.textOf(this.form);
    this.show("saving", words("saving"));
    this.running = this.send(keepalive).finally(() => (this.running = null));
    return this.running;
  }

  async send(keepalive) {
    const text = this.sent;
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
      this.known = text;
      if (this.unsaved) return;
      leftover.drop(this.form);
      this.show("saved", words("saved", { time: timeOfDay() }));
    } catch {
      this.failed();
    }
  }

  failed() {
    if (this.over) return;
    this.unsaved = true;
    this.keep();
    this.show("failed", words("save_failed"));
    const wait = RETRY[Math.min(this.tries, RETRY.length - 1)];
    this.tries += 1;
    if (this.form.isConnected) this.later(wait);
  }

  /** The page may go, or be gone after a crash, before the server has it. */
  keep() {
    leftover.keep(this.form, [this.known, this.sent]);
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

  /** The form itself has been sent: nothing of it is a draft any more. */
  stop() {
    this.over = true;
    clearTimeout(this.timer);
    this.unsaved = false;
    leftover.drop(this.form);
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
  return [...drafts.values()].some((draft) => draft.form.isConnected && draft.open);
}

/** Save every draft now; resolves when the server has answered. */
export function flushAll(within = document) {
  const mine = [...drafts.values()].filter((draft) => within.contains(draft.form));
  return Promise.all(mine.map((draft) => draft.save()));
}

function leaving() {
  for (const draft of drafts.values()) {
    if (!draft.form.isConnected || !draft.open) continue;
    draft.keep();
    draft.save(true);
  }
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

// A form that htmx sends or that asks first is told of by what comes of it; any other takes its page along.
function submitted(event) {
  const draft = drafts.get(event.target);
  if (event.defaultPrevented) clearTimeout(draft?.timer);
  else draft?.stop();
}

// What stands in a form before anything is typed is what the server has.
function entered(event) {
  const form = event.target.closest?.("form[data-autosave]");
  if (!form) return;
  const draft = draftOf(form);
  if (!draft.open) draft.known = leftover.textOf(form);
}

export function start() {
  document.addEventListener("input", typed);
  document.addEventListener("compositionend", typed);
  document.addEventListener("focusin", entered);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-save-again]")) draftOf(event.target.closest("form")).save();
  });
  document.addEventListener("submit", submitted);
  document.addEventListener("htmx:afterRequest", (event) => event.detail.requestConfig.verb !== "get" && sent(event));
  document.addEventListener("visibilitychange", () => document.hidden && leaving());
  window.addEventListener("pagehide", leaving);
  window.addEventListener("online", () => flushAll());
  leftover.forgetOthers();
  for (const form of document.querySelectorAll("form[data-autosave]")) {
    draftOf(form);
    leftover.putBack(form);
  }
}
