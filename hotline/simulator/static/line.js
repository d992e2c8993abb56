// The page's line to the simulator: orders, and the long poll that brings the news of one number.
import { text } from "./texts.js";

const trouble = document.getElementById("trouble");

export function complain(message) {
  trouble.textContent = message;
  trouble.hidden = !message;
}

export async function order(path, data = {}) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(data),
    });
    const body = await answer.json();
    complain(answer.ok ? "" : text("refused", { reason: body.error }));
    return answer.ok ? body : null;
  } catch {
    complain(text("no_line"));
    return null;
  }
}

// Calls `show` with everything that the telephone of `number` shows, now and at each change, until aborted.
export async function follow(number, signal, show) {
  let version = "";
  let down = false;
  while (!signal.aborted) {
    try {
      const query = new URLSearchParams({ number, since: version });
      const answer = await fetch(`/sim/phone?${query}`, { signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const news = await answer.json();
      if (down) complain("");
      down = false;
      version = String(news.version);
      show(news);
    } catch {
      if (signal.aborted) return;
      down = true;
      version = "";
      complain(text("no_line"));
      await new Promise((done) => setTimeout(done, 2000));
    }
  }
}
