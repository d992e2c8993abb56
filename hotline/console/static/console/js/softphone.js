// The telephone in the browser. One door for the page, two ways behind it: the carrier's own SDK, or the
// stand-in carrier of a machine without an account. Both get the same token and the same call id.
//
// It tells the page by "softphone:state" {state: idle|connecting|talking|ended|failed, callId, muted, reason}
// and "softphone:line" {kind, text} (what the stand-in lets the agent hear).
import * as door from "./softphone_door.js";
import * as sdk from "./softphone_sdk.js";

const setup = document.querySelector("meta[name=softphone]")?.dataset ?? {};
const way = setup.carrier ? door : sdk;
let line = null;
let state = { state: "idle", callId: "", muted: false, reason: "" };
let release = () => {};

function tell(change) {
  state = { ...state, ...change };
  document.dispatchEvent(new CustomEvent("softphone:state", { detail: state }));
}

const hooks = {
  talking: () => tell({ state: "talking" }),
  ended: () => finish("ended", ""),
  failed: (reason) => finish("failed", reason),
  line: (kind, text) => document.dispatchEvent(new CustomEvent("softphone:line", { detail: { kind, text } })),
};

function finish(how, reason) {
  line = null;
  release();
  tell({ state: how, reason, muted: false });
}

/** A fresh access token for this person. Throws when the server refuses. */
async function token() {
  const answer = await fetch(setup.token, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`token ${answer.status}`);
  return (await answer.json()).token;
}

// One tab alone holds the line: a second console of the same person does not connect twice.
function claim() {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((got) => {
    navigator.locks.request("softphone", { ifAvailable: true }, (lock) => {
      got(lock !== null);
      return lock ? new Promise((free) => (release = free)) : undefined;
    });
  });
}

/** Join the call `callId`. Does nothing while a call is on, or where another tab has it. */
export async function connect(callId) {
  if (line || state.state === "connecting" || !(await claim())) return;
  tell({ state: "connecting", callId, reason: "" });
  try {
    line = await way.connect({ carrier: setup.carrier, token: await token(), renew: token, callId, hooks });
  } catch (error) {
    finish("failed", String(error.message ?? error));
  }
}

/** Leave the call. */
export async function hangup() {
  await line?.hangup();
}

/** Switch the microphone off or on. */
export async function mute(on = !state.muted) {
  if (!line) return;
  await line.mute(on);
  tell({ muted: on });
}

/** Say `text` (the stand-in's way of speaking; the SDK has a microphone and none of this). */
export async function say(text) {
  await line?.say?.(text);
}

/** Send keys to the call. */
export async function digits(keys) {
  await line?.digits(keys);
}

/** The present state, as in "softphone:state". */
export function current() {
  return state;
}

/** Whether the agent speaks by typing. */
export const typesToSpeak = way === door;
/** Whether the browser wants a click before it lets the microphone be used. */
export const needsClick = way === sdk;
