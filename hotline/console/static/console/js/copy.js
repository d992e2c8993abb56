// A button with data-copy="text" puts the text on the clipboard.
import { toast } from "./toasts.js";
import { words } from "./words.js";

export function start() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    toast(words("copied"), "success");
  });
}
