// The carrier's SDK (a plain script from our own static files, loaded when it is first needed).
let device = null;

function loadScript(address) {
  if (window.Twilio?.Device) return Promise.resolve();
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = done;
    script.onerror = () => failed(new Error("the softphone could not be loaded"));
    document.head.append(script);
  });
}

async function deviceWith(token, renew) {
  await loadScript(document.querySelector("meta[name=softphone]").dataset.sdk);
  if (device) {
    device.updateToken(token);
    return device;
  }
  device = new window.Twilio.Device(token, { tokenRefreshMs: 60000, closeProtection: true, logLevel: "error" });
  device.on("tokenWillExpire", async () => device.updateToken(await renew()));
  return device;
}

/** A line into the call `callId`; see softphone.js for `hooks`. */
export async function connect({ token, renew, callId, hooks }) {
  const call = await (await deviceWith(token, renew)).connect({ params: { call_id: callId } });
  call.on("accept", hooks.talking);
  call.on("disconnect", hooks.ended);
  call.on("cancel", hooks.ended);
  call.on("error", (error) => hooks.failed(error.message));
  return {
    hangup: async () => call.disconnect(),
    mute: async (on) => call.mute(on),
    digits: async (keys) => call.sendDigits(keys),
  };
}
