// The case page and the desk: another line in a list, a refused dialog, the column in front on a telephone.
import { flushAll } from "./autosave.js";

/** One more empty line, named with the next number, counted in the form's own counter. */
function addRow(button) {
  const form = button.form;
  const total = form.querySelector("[name$=-TOTAL_FORMS]");
  const row = form.querySelector("[data-row-pattern]").content.firstElementChild.cloneNode(true);
  for (const element of row.querySelectorAll("*")) {
    for (const { name, value } of [...element.attributes]) {
      if (value.includes("__prefix__")) element.setAttribute(name, value.replaceAll("__prefix__", total.value));
    }
  }
  form.querySelector("[data-rows]").append(row);
  total.value = String(Number(total.value) + 1);
  row.querySelector("input, select, textarea")?.focus();
}

/** A dialog whose reason was refused is open again. */
function openRefused() {
  for (const dialog of document.querySelectorAll("dialog[data-open-now]")) dialog.showModal();
}

// What was typed in the last half second goes to the server before the columns are shown anew.
function saveFirst(event) {
  if (event.detail.verb === "get" || event.detail.question || !event.target.closest("#desk, #case-work")) return;
  if (event.target.closest("[data-autosave]")) return;
  event.preventDefault();
  flushAll().then(() => event.detail.issueRequest(true));
}

/** The foot bar of a telephone shows which column is in front. */
function markPane() {
  const pane = document.querySelector(".desk")?.dataset.pane;
  for (const button of pane ? document.querySelectorAll("[data-show-pane]") : []) {
    button.setAttribute("aria-pressed", String(button.dataset.showPane === pane));
  }
}

/** Which body a worker is told to turn to: the usual one for the reason, with its telephone; both can be changed. */
function fillRoute(field) {
  const routes = [...(field.form.querySelector("#transfer-routes")?.options ?? [])];
  const { body, phone } = field.form.elements;
  const known = (element, values) => element.value === "" || values.includes(element.value);
  const usual = routes.find((route) => route.dataset.codes.split(" ").includes(field.value));
  const chosen = field.name === "code" ? usual : routes.find((route) => route.value === field.value);
  if (!chosen) return;
  if (known(phone, routes.map((route) => route.dataset.phone))) phone.value = chosen.dataset.phone;
  if (known(body, routes.map((route) => route.value))) body.value = chosen.value;
}

document.addEventListener("change", (event) => {
  if (event.target.closest("#step")?.querySelector("#transfer-routes")) fillRoute(event.target);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row]");
  if (button) addRow(button);
});
document.addEventListener("htmx:confirm", saveFirst);
document.addEventListener("htmx:afterSettle", markPane);
openRefused();
markPane();
