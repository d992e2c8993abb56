// The search page: results as one types, arrows through the hits.
//
// A request goes out 200 ms after the last change, never while an input method composes, and only if what is
// asked differs; the form's hx-sync drops the answer of an older one.
const PAUSE = 200;
const NARROW = "(max-width: 899px)";
const form = document.getElementById("search-form");
const box = document.getElementById("search-words");
let timer = 0;
let asked = written();

function written() {
  return new URLSearchParams(new FormData(form)).toString();
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
}

function ask() {
  const now = written();
  if (now === asked) return;
  asked = now;
  htmx.trigger(form, "search:typed");
}

function places() {
  return [...document.querySelectorAll("[data-hit], [data-more]")];
}

function step(event) {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!way || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
  const all = places();
  const here = all.indexOf(document.activeElement);
  const inBox = document.activeElement === box;
  if (here < 0 && !(inBox && way > 0)) return;
  event.preventDefault();
  const next = inBox ? 0 : here + way;
  (next < 0 ? box : all[Math.min(next, all.length - 1)])?.focus();
}

// On a telephone the facets are folded above the list.
function fold() {
  if (matchMedia(NARROW).matches) document.querySelector("[data-facets]")?.removeAttribute("open");
}

// After "show more" the keyboard goes on at the first of the new cases. Other parts of the page (the bell, the
// alarm) may come in between the two events.
let shownBefore = 0;
document.addEventListener("htmx:beforeSwap", (event) => {
  const { id } = event.detail.target;
  if (id === "more") shownBefore = document.querySelectorAll("[data-hit]").length;
  if (id === "results") shownBefore = 0;
});
document.addEventListener("htmx:afterSettle", (event) => {
  const first = shownBefore && document.querySelectorAll("[data-hit]")[shownBefore];
  if (first) {
    shownBefore = 0;
    first.focus();
  }
  if (event.target.id === "results") fold();
});

form.addEventListener("input", (event) => event.isComposing || later());
form.addEventListener("compositionend", later);
document.addEventListener("keydown", step);
fold();
