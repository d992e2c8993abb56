// The telephone in the browser. One door for the page, two ways behind it: the carrier's own SDK, or the
// stand-in carrier of a machine without an account. Both get the same token and the same call id.
//
// It tells the page by "softphone:state" {state: idle|connecting|talking|ended|failed, callId, muted, trouble}
// and "softphone:line" {kind, text} (what the stand-in lets the agent hear).
import * as door from "./softphone_door.js";
import * as sdk from "./softphone_sdk.js";
import { Trouble } from "./softphone_trouble.js";

const setup = document.querySelector("meta[name=softphone]")?.dataset ?? {};
const way = setup.carrier ? door : sdk;
let line = null;
let leaving = false;
let state = { state: "idle", callId: "", muted: false, trouble: null };
let release = () => {};

function tell(change) {
  state = { ...state, ...change };
  document.dispatchEvent(new CustomEvent("softphone:state", { detail: state }));
}

const hooks = {
  talking: () => tell({ state: "talking" }),
  ended: () => finish("ended"),
  failed: (trouble) => finish("failed", trouble),
  line: (kind, text) => document.dispatchEvent(new CustomEvent("softphone:line", { detail: { kind, text } })),
};

function finish(how, trouble = null) {
  line = null;
  release();
  tell({ state: how, trouble, muted: false });
}

/** A fresh access token for this person. Throws a Trouble when the server refuses or cannot be reached. */
async function token() {
  const answer = await fetch(setup.token, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer || answer.status === 503) throw new Trouble("network");
  // Who is signed out is led to the sign-in's page.
  if (!answer.ok || answer.redirected) throw new Trouble("account", String(answer.status));
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
  leaving = false;
  tell({ state: "connecting", callId, trouble: null });
  try {
    line = await way.connect({ carrier: setup.carrier, token: await token(), renew: token, callId, hooks });
    if (leaving) await line.hangup();
  } catch (error) {
    if (leaving) finish("ended");
    else finish("failed", error instanceof Trouble ? error : new Trouble("other", error.message));
  }
}

/** Leave the call, be it only on the way to it. */
export async function hangup() {
  leaving = true;
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
