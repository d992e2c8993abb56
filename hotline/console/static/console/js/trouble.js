// Something of ours is away (docs/faults.md): a bar says so, and what to do, until it is back.
import { anyUnsaved, flushAll } from "./autosave.js";
import { askAgain } from "./fragments.js";
import { words } from "./words.js";

const LOOK_EVERY = 5000;
// What X-Trouble says -> the part of /health/ready that tells when it is over. "busy" is over at once.
const PARTS = { database: "database", storage: "disk" };

let away = "";
let timer = 0;

function met(trouble) {
  if (!(trouble in PARTS)) return;
  away = trouble;
  const bar = document.getElementById("trouble");
  bar.querySelector("p").textContent = words(`away_${trouble}`);
  bar.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(look, LOOK_EVERY);
}

async function look() {
  const answer = await fetch("/health/ready", { cache: "no-store" }).catch(() => null);
  const parts = await answer?.json().catch(() => null);
  if (parts?.[PARTS[away]]?.ok) back();
  else timer = setTimeout(look, LOOK_EVERY);
}

function back() {
  away = "";
  document.getElementById("trouble").hidden = true;
  flushAll();
  askAgain();
}

export function start() {
  document.addEventListener("htmx:afterRequest", (event) => met(event.detail.xhr.getResponseHeader("X-Trouble")));
  document.addEventListener("trouble", (event) => met(event.detail));
  // A page that is left now cannot be shown again, and what was typed would be gone with it.
  window.addEventListener("beforeunload", (event) => away && anyUnsaved() && event.preventDefault());
}
