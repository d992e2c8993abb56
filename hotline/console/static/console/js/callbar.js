// The call bar and the softphone: [data-connect-call="call id"] on the page means this person has the call.
//
// When it appears the softphone joins, when it goes the softphone leaves. Buttons: data-phone="mute",
// "hangup", "connect"; <form data-phone-say> speaks by typing; [data-phone-state] says how the line is.
import * as softphone from "./softphone.js";
import { toast } from "./toasts.js";
import { words } from "./words.js";

function callOnPage() {
  return document.querySelector("[data-connect-call]")?.dataset.connectCall ?? "";
}

function follow() {
  const wanted = callOnPage();
  const { state, callId } = softphone.current();
  const on = state === "talking" || state === "connecting";
  if (on && wanted !== callId) softphone.hangup();
  // Once ended or failed it is the agent's press that joins again, not a refreshed fragment.
  if (wanted && !on && callId !== wanted && mayStart()) softphone.connect(wanted);
  paint();
}

function mayStart() {
  return !softphone.needsClick || (navigator.userActivation?.hasBeenActive ?? true);
}

function paint() {
  const { state, muted } = softphone.current();
  for (const place of document.querySelectorAll("[data-phone-state]")) {
    place.textContent = words(`phone_${muted ? "muted" : state}`);
    place.dataset.state = state;
  }
  for (const button of document.querySelectorAll("[data-phone=mute]")) {
    button.setAttribute("aria-pressed", String(muted));
    button.disabled = state !== "talking";
  }
  for (const button of document.querySelectorAll("[data-phone=connect]")) {
    button.hidden = state === "talking" || state === "connecting" || !callOnPage();
  }
  for (const form of document.querySelectorAll("[data-phone-say]")) {
    form.hidden = !softphone.typesToSpeak || state !== "talking";
  }
}

function onClick(event) {
  const button = event.target.closest("[data-phone]");
  if (!button) return;
  const does = { mute: () => softphone.mute(), hangup: softphone.hangup, connect: () => softphone.connect(callOnPage()) };
  Promise.resolve(does[button.dataset.phone]?.()).catch(() => toast(words("failed"), "error"));
}

async function onSay(event) {
  if (!event.target.matches("[data-phone-say]")) return;
  event.preventDefault();
  const input = event.target.querySelector("input, textarea");
  const text = input.value.trim();
  if (!text) return;
  try {
    await softphone.say(text);
    input.value = "";
  } catch {
    toast(words("failed"), "error");
  }
}

function tellWhy({ reason, detail }) {
  toast(words(`phone_why_${reason}`, { detail }), "error");
}

export function start() {
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSay);
  document.addEventListener("softphone:state", (event) => {
    follow();
    if (event.detail.state === "failed") tellWhy(event.detail.trouble);
  });
  document.addEventListener("htmx:afterSwap", paint); // before it is seen that the server knows no line
  document.addEventListener("htmx:afterSettle", follow);
  follow();
}
