// The keyboard. Any element with data-key="a" (or a sequence, "g q") is clicked by its key, a field is focused.
//
// Nothing fires while an input method composes or while a field has the focus, except Ctrl+Enter, which
// sends the form that has data-send. ? lists what this page knows.

const PAUSE = 1200;
let typed = "";
let timer = 0;

function composing(event) {
  return event.isComposing || event.keyCode === 229;
}

function inField(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

function usable(element) {
  return element.checkVisibility?.() ?? element.offsetParent !== null;
}

function act(element) {
  if (element.matches("input, textarea, select")) element.focus();
  else element.click();
}

function press(key) {
  clearTimeout(timer);
  timer = setTimeout(() => (typed = ""), PAUSE);
  typed = `${typed} ${key}`.trim();
  const targets = [...document.querySelectorAll("[data-key]")].filter(usable);
  // The sequence first; a key that begins none stands for itself.
  for (const wanted of [typed, key]) {
    const found = targets.find((element) => element.dataset.key === wanted);
    if (found) {
      typed = "";
      act(found);
      return true;
    }
  }
  if (!targets.some((element) => element.dataset.key.startsWith(`${typed} `))) typed = key;
  return false;
}

function send(event) {
  const form = event.target.closest?.("form[data-send]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
}

function listKeys() {
  const list = document.getElementById("keys-here");
  if (!list) return;
  list.replaceChildren();
  const seen = new Set();
  for (const element of [...document.querySelectorAll("[data-key]")].filter(usable)) {
    if (seen.has(element.dataset.key)) continue;
    seen.add(element.dataset.key);
    const term = document.createElement("dt");
    for (const part of element.dataset.key.split(" ")) {
      const key = document.createElement("kbd");
      key.textContent = part;
      term.append(key);
    }
    const text = document.createElement("dd");
    text.textContent = element.dataset.keyLabel || element.getAttribute("aria-label") || element.textContent.trim();
    list.append(term, text);
  }
}

function onKey(event) {
  if (composing(event)) {
    // Safari ends the composition before this key: without this, the Enter that chooses a word would send.
    if (event.key === "Enter" && inField(event.target)) event.preventDefault();
    return;
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return send(event);
  if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    listKeys();
    document.getElementById("keys")?.showModal();
  } else if (event.key.length === 1 && press(event.key)) event.preventDefault();
}

export function start() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dialog=keys]")) listKeys();
  });
}
