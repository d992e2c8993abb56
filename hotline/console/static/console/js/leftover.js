// What was typed and was not on the server when the page went. A reload asks for its page before the old one
// can save, so the new page may come without the last words: this tab keeps them until that page takes them up.
const PREFIX = "leftover:";

function place(form) {
  return `${PREFIX}${document.body.dataset.user}:${form.dataset.autosave}`;
}

// Not what stays encrypted on the server, nor what the form brings by itself.
function fields(form) {
  const not = "[type=hidden], [type=password], [type=file], [data-unsaved], [data-secret]";
  return [...form.elements].filter((one) => one.name && !one.matches(not));
}

/** What stands in the fields of `form` that a person fills in, to be compared. */
export function textOf(form) {
  const names = new Set(fields(form).map((one) => one.name));
  return JSON.stringify([...new FormData(form)].filter(([name, value]) => names.has(name) && typeof value === "string"));
}

/** Keep what stands in `form`; the next page takes it up if it comes with one of the texts `known` to the server. */
export function keep(form, known) {
  sessionStorage.setItem(place(form), JSON.stringify({ known, text: textOf(form) }));
}

export function drop(form) {
  sessionStorage.removeItem(place(form));
}

/** Put back what the last page left of `form`, as if it were typed; nothing where the server has gone on. */
export function putBack(form) {
  const kept = JSON.parse(sessionStorage.getItem(place(form)) ?? "null");
  drop(form);
  if (kept?.known.includes(textOf(form))) fill(form, JSON.parse(kept.text));
}

function fill(form, entries) {
  for (const field of fields(form)) {
    const mine = entries.filter(([name]) => name === field.name).map(([, value]) => value);
    const before = JSON.stringify([field.value, field.checked]);
    if (field.matches("[type=checkbox], [type=radio]")) field.checked = mine.includes(field.value);
    else if (field.matches("select[multiple]")) for (const one of field.options) one.selected = mine.includes(one.value);
    else if (mine.length) field.value = mine[0];
    if (JSON.stringify([field.value, field.checked]) !== before) field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Whoever sat here before: what is theirs is not for the person who is signed in now. */
export function forgetOthers() {
  const mine = `${PREFIX}${document.body.dataset.user}:`;
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) && !key.startsWith(mine)) sessionStorage.removeItem(key);
  }
}
