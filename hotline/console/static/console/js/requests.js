// What htmx asks and what comes back: the CSRF token, refusals, lost connections.
import { toast } from "./toasts.js";
import { words } from "./words.js";

/** The CSRF token as the cookie has it now: another tab may have signed in since this page was made. */
export function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

function onAnswer(event) {
  const { xhr } = event.detail;
  if (xhr.status < 400) return;
  // A refusal with a reason (partials/problem.html) is shown without touching what is on the page;
  // any other body (a form with its errors, the conflict view) takes its place as usual.
  const body = new DOMParser().parseFromString(xhr.responseText, "text/html");
  const problem = body.querySelector("[data-problem]");
  if (problem || xhr.status >= 500 || !xhr.responseText) {
    event.detail.shouldSwap = false;
    if (event.detail.requestConfig.triggeringEvent?.type !== "bell") {
      toast(problem?.dataset.problem || words("failed"), "error");
    }
  } else {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
}

// A part that has left the page while it was asking wants no answer any more: another has brought the whole.
// Nor has an answer a place whose target is not on this page (any more), as while the page is being left, or whose
// form was replaced while it was sent: the ring of its own change was faster and has brought the columns.
function forgetGone(event) {
  const { elt, xhr, requestConfig } = event.detail;
  const { onload } = xhr;
  xhr.onload = (loaded) => {
    const elsewhere = xhr.getResponseHeader("HX-Retarget");
    const goes = elsewhere ? elt.isConnected && document.querySelector(elsewhere) : elt.isConnected || requestConfig.verb !== "get";
    if (goes) onload.call(xhr, loaded);
  };
}

function focusSummary(root) {
  const summary = root.querySelector?.("[data-focus]");
  if (summary) summary.focus();
}

export function start() {
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:beforeSwap", onAnswer);
  document.addEventListener("htmx:beforeSend", forgetGone);
  document.addEventListener("htmx:afterSettle", (event) => focusSummary(event.detail.elt));
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.requestConfig.triggeringEvent?.type !== "bell") toast(words("unreachable"), "error");
  });
  focusSummary(document);
}
