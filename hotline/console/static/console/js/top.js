// Keeps --top, the height of the bar with the banners under it: what sticks below it and the desk need it.

export function start() {
  const top = document.getElementById("top");
  if (!top) return;
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--top", `${top.offsetHeight}px`);
  }).observe(top);
}
