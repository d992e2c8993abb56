// What a person has unfolded or folded stays so when the part around it comes anew. Their own action on that
// part decides again: a form that was accepted is folded by the answer.
const chosen = new WeakSet();

function decided(event) {
  if (event.detail.requestConfig.verb === "get") return;
  for (const fold of event.detail.target.querySelectorAll("details")) chosen.delete(fold);
}

export function start() {
  document.addEventListener("click", (event) => {
    const summary = event.target.closest("summary");
    if (summary) chosen.add(summary.parentElement);
  });
  document.addEventListener("htmx:beforeSwap", decided);
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, element) => !(name === "open" && chosen.has(element));
}
