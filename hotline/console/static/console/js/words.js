// The words that scripts show, in the page's language: partials/words.html holds them.
const known = new Map();

function load() {
  const box = document.getElementById("words");
  for (const item of box ? box.content.querySelectorAll("[data-words]") : []) {
    known.set(item.dataset.words, item.textContent.trim());
  }
}

/** The words for `key` with `{name}` replaced from `values`. An unknown key shows itself. */
export function words(key, values = {}) {
  if (!known.size) load();
  const text = known.get(key) ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
