// The page of a fault (503.html): looks now and then whether what was away is back, and only then loads anew.
const box = document.querySelector("[data-trouble]");
const part = { storage: "disk" }[box.dataset.trouble] ?? "database";

async function look() {
  const answer = await fetch("/health/ready", { cache: "no-store" }).catch(() => null);
  const parts = await answer?.json().catch(() => null);
  if (parts?.[part]?.ok) location.reload();
}

if (box.dataset.seconds) setInterval(look, Number(box.dataset.seconds) * 1000);
