// The tab's title shows the number waiting, from the element with data-waiting, and blinks for an offer.
import { words } from "./words.js";

let plain = "";
let blink = false;

function show() {
  const waiting = Number(document.querySelector("[data-waiting]")?.dataset.waiting ?? 0);
  const offered = document.querySelector("[data-offer]") !== null;
  blink = offered && !blink;
  const text = blink ? `● ${words("incoming")}` : `${waiting ? `(${waiting}) ` : ""}${plain}`;
  if (document.title !== text) document.title = text;
}

export function start() {
  plain = document.title;
  show();
  setInterval(show, 1000);
}
