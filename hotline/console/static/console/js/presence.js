// Who else has this case open: <div data-presence="case:12" hidden> gets a round for each of them.
import { words } from "./words.js";

function round({ name }) {
  const face = document.createElement("span");
  face.className = "face";
  face.textContent = name.slice(0, 1);
  face.title = name;
  face.ariaHidden = "true";
  return face;
}

const last = new Map();

/** Show `people` ({id, name}) without the person who looks, wherever `topic` has its place. */
export function present(topic, people) {
  last.set(topic, people);
  const others = people.filter((one) => String(one.id) !== document.body.dataset.user);
  for (const place of document.querySelectorAll("[data-presence]")) {
    if (place.dataset.presence !== topic) continue;
    const text = document.createElement("span");
    text.className = "small";
    text.textContent = words("also_here", { names: others.map((one) => one.name).join(words("and")) });
    place.replaceChildren(...others.map(round), text);
    place.hidden = others.length === 0;
  }
}

// A header that was fetched again comes without them.
document.addEventListener("htmx:afterSettle", () => last.forEach((people, topic) => present(topic, people)));
