// The stand-in carrier's door: the same token and call id, over plain HTTP; hearing is reading, by long poll.
const PAUSE = 1000;

class Line {
  constructor(carrier, token, hooks) {
    this.carrier = carrier;
    this.token = token;
    this.hooks = hooks;
    this.sid = "";
    this.seen = 0;
    this.open = true;
    this.stop = new AbortController();
  }

  async post(what, body, keepalive = false) {
    const answer = await fetch(`${this.carrier}/softphone/${what}`, {
      method: "POST",
      keepalive,
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.token}` },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`softphone ${what}: ${answer.status}`);
    return answer.json();
  }

  async poll() {
    while (this.open) {
      try {
        await this.pollOnce();
      } catch (error) {
        if (!this.open || error.name === "AbortError") return;
        await new Promise((again) => setTimeout(again, PAUSE));
      }
    }
  }

  async pollOnce() {
    const address = `${this.carrier}/softphone/events/${this.sid}?after=${this.seen}`;
    const answer = await fetch(address, { headers: { Authorization: `Bearer ${this.token}` }, signal: this.stop.signal });
    if (answer.status === 401 || answer.status === 403 || answer.status === 404) return this.close();
    if (!answer.ok) throw new Error(String(answer.status));
    const { events, status } = await answer.json();
    for (const event of events) {
      this.seen = event.n;
      if (event.kind !== "status") this.hooks.line(event.kind, event.text);
    }
    if (["completed", "failed", "busy", "no-answer", "canceled"].includes(status)) this.close();
  }

  close() {
    if (!this.open) return;
    this.open = false;
    this.stop.abort();
    this.hooks.ended();
  }
}

/** A line into the call `callId`; see softphone.js for `hooks`. */
export async function connect({ carrier, token, callId, hooks }) {
  const line = new Line(carrier.replace(/\/$/, ""), token, hooks);
  line.sid = (await line.post("connect", { token, params: { call_id: callId } })).call_sid;
  // Closing the page hangs up, as it does with a real line.
  window.addEventListener("pagehide", () => line.open && line.post("hangup", { call_sid: line.sid }, true));
  line.poll();
  queueMicrotask(hooks.talking);
  const act = (what, more = {}) => line.post(what, { call_sid: line.sid, ...more });
  return {
    hangup: async () => {
      await act("hangup");
      line.close();
    },
    mute: (on) => act("mute", { muted: on }),
    say: (text) => act("say", { text }),
    digits: (keys) => act("digits", { digits: keys }),
  };
}
