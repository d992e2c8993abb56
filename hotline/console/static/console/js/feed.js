// A box with data-stick keeps to its end while the reader is at the end, and stays put while they read back.
const NEAR = 40;

function atEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
}

function stick(box) {
  if (box.stuck) return;
  box.stuck = true;
  let end = true;
  box.scrollTop = box.scrollHeight;
  box.addEventListener("scroll", () => (end = atEnd(box)), { passive: true });
  new MutationObserver(() => {
    if (end) box.scrollTop = box.scrollHeight;
  }).observe(box, { childList: true, subtree: true, characterData: true });
}

export function start() {
  const all = () => document.querySelectorAll("[data-stick]").forEach(stick);
  all();
  document.addEventListener("htmx:afterSettle", all);
}
