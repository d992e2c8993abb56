// Short messages in a corner, read out politely. Errors stay until they are closed.
import { words } from "./words.js";

const TONES = { success: "good", error: "bad", warning: "warn", info: "house" };
const SECONDS = 6;

/** Show `text`; `level` is success, info, warning or error. */
export function toast(text, level = "info") {
  const box = document.getElementById("toasts");
  const pattern = document.getElementById("toast-pattern");
  if (!box || !pattern || !text) return;
  const item = pattern.content.firstElementChild.cloneNode(true);
  item.classList.add(`tone-${TONES[level] ?? "house"}`);
  item.querySelector("p").textContent = text;
  box.append(item);
  while (box.children.length > 4) box.firstElementChild.remove();
  if (level !== "error") setTimeout(() => item.remove(), SECONDS * 1000);
}

export function start() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-toast]")) event.target.closest(".toast").remove();
  });
  // The server may send one with a fragment: HX-Trigger: {"toast": {"text": "…", "level": "success"}}
  document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.level));
  for (const item of document.querySelectorAll("#messages > [data-level]")) {
    toast(item.textContent.trim() || words("done"), item.dataset.level);
  }
}
