// <dialog>: opened by data-dialog="id", closed by data-close; the question before a dangerous thing.
//
// hx-confirm="…" and <form data-confirm="…"> ask in our own dialog; the question names the thing.
// A button with data-fetch-dialog loads its hx-get into #modal and opens it.

function ask(question, label, then) {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("[data-question]").textContent = question;
  const yes = dialog.querySelector("[data-yes]");
  yes.textContent = label || yes.dataset.words;
  dialog.onclose = () => {
    if (dialog.returnValue === "yes") then();
  };
  dialog.returnValue = "";
  dialog.showModal();
}

function onClick(event) {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog")?.close(closer.dataset.close);
  if (event.target.matches("dialog")) closeFromBackdrop(event);
}

function closeFromBackdrop(event) {
  const box = event.target.getBoundingClientRect();
  const inside =
    event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  // What was typed is not thrown away by a click beside the dialog.
  if (!inside && !event.target.querySelector("form[data-edited]")) event.target.close();
}

export function start() {
  document.addEventListener("click", onClick);
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question, event.target.dataset.confirmLabel, () => event.detail.issueRequest(true));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopPropagation();
    const button = event.submitter;
    ask(form.dataset.confirm, form.dataset.confirmLabel, () => {
      form.dataset.confirmed = "yes";
      form.requestSubmit(button);
      delete form.dataset.confirmed;
    });
  }, true);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "modal-body") document.getElementById("modal").showModal();
  });
}
