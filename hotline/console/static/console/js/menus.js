// <details class="menu"> closes by a click elsewhere, by Escape, and when another opens; the phone's panes.

function closeOthers(keep) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== keep) menu.open = false;
  }
}

function showPane(button) {
  const desk = document.querySelector(".desk");
  if (!desk) return;
  desk.dataset.pane = button.dataset.showPane;
  for (const other of document.querySelectorAll("[data-show-pane]")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
  window.scrollTo(0, 0);
}

export function start() {
  document.addEventListener("click", (event) => {
    closeOthers(event.target.closest("details.menu"));
    const pane = event.target.closest("[data-show-pane]");
    if (pane) showPane(pane);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement?.closest("details.menu[open]");
    closeOthers(null);
    menu?.querySelector("summary").focus();
  });
}
