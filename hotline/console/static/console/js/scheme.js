// Sets light or dark before the first paint: a plain script in <head>, because modules run later.
(function () {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    const choice = localStorage.getItem("scheme") || "auto";
    const scheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
    document.documentElement.dataset.scheme = scheme;
  }
  apply();
  dark.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  document.addEventListener("scheme:changed", apply);
})();
