// The switches of scheme (light, dark, as the system) and language.
import { flushAll } from "./autosave.js";

function markScheme() {
  const choice = localStorage.getItem("scheme") || "auto";
  for (const button of document.querySelectorAll("[data-choose-scheme]")) {
    button.setAttribute("aria-pressed", String(button.dataset.chooseScheme === choice));
  }
}

async function chooseLanguage(code) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `django_language=${code}; path=/; max-age=31536000; samesite=lax${secure}`;
  await flushAll();
  location.reload();
}

export function start() {
  markScheme();
  document.addEventListener("click", (event) => {
    const scheme = event.target.closest("[data-choose-scheme]");
    if (scheme) {
      localStorage.setItem("scheme", scheme.dataset.chooseScheme);
      document.dispatchEvent(new CustomEvent("scheme:changed"));
      markScheme();
    }
    const language = event.target.closest("[data-choose-language]");
    if (language) chooseLanguage(language.dataset.chooseLanguage);
  });
}
