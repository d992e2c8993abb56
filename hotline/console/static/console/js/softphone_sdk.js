// The carrier's SDK (a plain script from our own static files, loaded when it is first needed).
import { Trouble } from "./softphone_trouble.js";

// The hotline gives the call to someone else after 20 s.
const PATIENCE = 15000;
// So long the carrier is asked to keep a call whose browser has lost its socket (the SDK by itself asks for 0).
const KEPT = 30000;
// A token is renewed a minute before its end; a refused renewal is tried again until then.
const AHEAD = 60000;
const AGAIN = 5000;
const NETWORK = new Set([31000, 31001, 31003, 31005, 31009, 53000, 53001, 53405]);

let device = null;

function isAccount(code) {
  return (code >= 20100 && code < 20200) || (code >= 31201 && code <= 31207);
}

function troubleOf({ code, message }) {
  if (code === 31401) return new Trouble("microphone_refused");
  if (code === 31402) return new Trouble("microphone_missing");
  if (isAccount(code)) return new Trouble("account", String(code));
  if (NETWORK.has(code)) return new Trouble("network", String(code));
  return new Trouble("other", String(code ?? message));
}

function loadScript(address) {
  if (window.Twilio?.Device) return Promise.resolve();
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = done;
    script.onerror = () => failed(new Trouble("script"));
    document.head.append(script);
  });
}

async function deviceWith(token, renew) {
  await loadScript(document.querySelector("meta[name=softphone]").dataset.sdk);
  // The SDK destroys its device when the page is left, even if it is shown again later.
  if (device && device.state !== "destroyed") {
    device.updateToken(token);
    return device;
  }
  const made = new window.Twilio.Device(token, {
    tokenRefreshMs: AHEAD,
    maxCallSignalingTimeoutMs: KEPT,
    closeProtection: true,
    logLevel: "error",
  });
  made.on("tokenWillExpire", () => renewToken(made, renew));
  made.on("error", () => {}); // nobody listening would make it an exception; connect() listens while it matters
  device = made;
  return made;
}

async function renewToken(made, renew) {
  for (let left = AHEAD; left > 0 && made.state !== "destroyed"; left -= AGAIN) {
    try {
      return made.updateToken(await renew());
    } catch {
      await new Promise((again) => setTimeout(again, AGAIN));
    }
  }
}

// The SDK tries for ever to reach the carrier, and tells of a refused token on the device alone.
async function callOn(made, params) {
  let refuse;
  const refused = new Promise((_, no) => (refuse = no));
  const onError = (error) => isAccount(error.code) && refuse(troubleOf(error));
  const late = setTimeout(() => refuse(new Trouble("network")), PATIENCE);
  made.on("error", onError);
  try {
    return await Promise.race([made.connect({ params }), refused]);
  } catch (error) {
    made.destroy(); // the next try starts afresh
    throw error instanceof Trouble ? error : troubleOf(error);
  } finally {
    clearTimeout(late);
    made.removeListener("error", onError);
  }
}

// The SDK tells that a call is over and why in one go, in either order; an error alone need not end the call.
function follow(call, hooks) {
  let trouble = null;
  let over = false;
  const settle = () => {
    const why = trouble;
    trouble = null;
    if (over || call.status() !== "closed") return;
    over = true;
    if (why) hooks.failed(why);
    else hooks.ended();
  };
  call.on("accept", hooks.talking);
  call.on("disconnect", () => queueMicrotask(settle));
  call.on("cancel", () => queueMicrotask(settle));
  call.on("error", (error) => {
    trouble = troubleOf(error);
    queueMicrotask(settle);
  });
}

/** A line into the call `callId`; see softphone.js for `hooks`. Throws a Trouble where there is none. */
export async function connect({ token, renew, callId, hooks }) {
  if (!navigator.mediaDevices) throw new Trouble("insecure");
  const call = await callOn(await deviceWith(token, renew), { call_id: callId });
  follow(call, hooks);
  return {
    hangup: async () => call.disconnect(),
    mute: async (on) => call.mute(on),
    digits: async (keys) => call.sendDigits(keys),
  };
}
