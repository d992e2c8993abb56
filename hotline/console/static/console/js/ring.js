// Sound: a ring while an offer ([data-offer="id"]) is on the page, a short tone for a message, nothing else.
//
// Made by WebAudio, no file. Browsers allow sound after the first click: until then #sound-off says so.
// The volume is kept in this browser. A hidden tab also shows the browser's own notice, if allowed.
import { words } from "./words.js";

const RING = [[659, 0], [784, 0.18], [659, 0.36], [784, 0.54]];
const TONE = [[880, 0], [1175, 0.12]];
const EVERY = 3000;

let audio = null;
let ringing = 0;
let offer = "";

function volume() {
  return Number(localStorage.getItem("volume") ?? 60) / 100;
}

function unlock() {
  audio ??= new AudioContext();
  if (audio.state === "running") return unlocked();
  audio.resume().then(unlocked);
}

function unlocked() {
  if (audio.state !== "running") return;
  document.getElementById("sound-off")?.setAttribute("hidden", "");
}

function play(notes) {
  if (audio?.state !== "running" || !volume()) return;
  for (const [pitch, at] of notes) {
    const begin = audio.currentTime + at;
    const tone = new OscillatorNode(audio, { type: "triangle", frequency: pitch });
    const loud = new GainNode(audio, { gain: 0 });
    loud.gain.setValueAtTime(0, begin);
    loud.gain.linearRampToValueAtTime(volume() * 0.5, begin + 0.015);
    loud.gain.exponentialRampToValueAtTime(0.001, begin + 0.3);
    tone.connect(loud).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + 0.32);
  }
}

function look() {
  const now = document.querySelector("[data-offer]")?.dataset.offer ?? "";
  if (now === offer) return;
  offer = now;
  clearInterval(ringing);
  if (!offer) return;
  play(RING);
  ringing = setInterval(() => play(RING), EVERY);
  notice();
}

// It names nobody: a notice can be read over someone's shoulder.
function notice() {
  if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
  const shown = new Notification(words("incoming"), { body: words("incoming_body"), tag: `offer-${offer}` });
  shown.onclick = () => {
    window.focus();
    shown.close();
  };
}

function onRing(event) {
  const { topic, kind } = event.detail;
  if (topic === `staff:${document.body.dataset.user}` && /^message\.(received|in)/.test(kind)) play(TONE);
}

function volumeSwitch(slider) {
  slider.value = String(volume() * 100);
  slider.addEventListener("input", () => localStorage.setItem("volume", slider.value));
  slider.addEventListener("change", () => play(TONE));
}

export function start() {
  if (!document.body.hasAttribute("data-rings")) return;
  document.querySelectorAll("[data-volume]").forEach(volumeSwitch);
  document.querySelectorAll("[data-allow-notices]").forEach((button) => {
    button.hidden = !("Notification" in window) || Notification.permission !== "default";
    button.addEventListener("click", async () => (button.hidden = (await Notification.requestPermission()) !== "default"));
  });
  document.getElementById("sound-off")?.removeAttribute("hidden");
  if (navigator.userActivation?.hasBeenActive) unlock();
  // After the click, not at its beginning: the banner goes, and what is under the pointer must not move before.
  document.addEventListener("click", unlock);
  document.addEventListener("keydown", unlock);
  document.addEventListener("live:ring", onRing);
  document.addEventListener("htmx:afterSettle", look);
  look();
}
