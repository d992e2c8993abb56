// The worker's telephone.
import { complain, follow, order } from "./line.js";
import { english, statusText, text, translatePage } from "./texts.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const PRESETS = [
  ["+8613800000001", english ? "Zhang Jianguo" : "张建国"],
  ["+8613800000002", english ? "Li Xiuying" : "李秀英"],
  ["+8613800000003", english ? "Wang Qiang" : "王强"],
  ["anonymous", ""],
];
const OVER = new Set(["completed", "busy", "no-answer", "canceled", "failed"]);
const LARGEST_FILE = 8 * 1024 * 1024;
const MY_NUMBER = "my-number";

const at = (id) => document.getElementById(id);
const phone = {
  number: localStorage.getItem(MY_NUMBER) || PRESETS[0][0],
  tab: "phone",
  shown: "", // the call on the screen
  calls: [],
  messages: [],
  files: [],
  readMessages: 0,
  keysWanted: false,
  spoken: new Map(), // call sid -> how many of its lines were read aloud
  following: null,
};

// ---- my number

function listNumbers() {
  const select = at("number");
  const known = PRESETS.some(([number]) => number === phone.number);
  const own = known ? [] : [[phone.number, ""]];
  const options = [...PRESETS, ...own].map(([number, name]) => {
    const shown = number === "anonymous" ? text("anonymous") : pretty(number);
    return new Option(name ? `${name} ${shown}` : shown, number);
  });
  select.replaceChildren(...options, new Option(`${text("own_number")}…`, "other"));
  select.value = phone.number;
}

function useNumber(number) {
  phone.number = number;
  localStorage.setItem(MY_NUMBER, number);
  Object.assign(phone, { shown: "", calls: [], messages: [], readMessages: null });
  listNumbers();
  at("own-number").hidden = true;
  phone.following?.abort();
  phone.following = new AbortController();
  follow(number, phone.following.signal, takeNews);
}

function normal(number) {
  const bare = number.replace(/[\s()-]/g, "");
  return /^1\d{10}$/.test(bare) ? `+86${bare}` : bare;
}

function pretty(number) {
  const mobile = /^\+86(1\d{2})(\d{4})(\d{4})$/.exec(number);
  return mobile ? mobile.slice(1).join(" ") : number;
}

// ---- what the simulator tells

function takeNews(news) {
  const first = phone.readMessages === null;
  phone.calls = news.calls;
  phone.messages = news.messages;
  const running = phone.calls.filter((call) => !OVER.has(call.status));
  const ringing = running.find((call) => call.direction.startsWith("outbound") && call.status === "ringing");
  if (!phone.shown) phone.shown = running.find((call) => call !== ringing && call.status !== "queued")?.sid || "";
  if (first || phone.tab === "messages") phone.readMessages = inbox().length;
  showIncoming(ringing);
  show();
}

const inbox = () => phone.messages.filter((message) => message.direction !== "inbound");
const shownCall = () => phone.calls.find((call) => call.sid === phone.shown);

function showIncoming(call) {
  const dialog = at("incoming");
  if (call && !dialog.open) {
    at("incoming-number").textContent = peerOf(call);
    dialog.dataset.sid = call.sid;
    dialog.showModal();
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 200, 300]);
  } else if (!call && dialog.open) {
    dialog.close();
  }
}

function peerOf(call) {
  const number = call.direction === "inbound" ? call.to : call.from;
  return number.endsWith("12351") ? "12351" : pretty(number);
}

// ---- what is on the screen

function show() {
  const call = shownCall();
  at("messages").hidden = phone.tab !== "messages";
  at("dialler").hidden = phone.tab !== "phone" || Boolean(call);
  at("call").hidden = phone.tab !== "phone" || !call;
  for (const tab of at("tabs").querySelectorAll("button")) {
    tab.toggleAttribute("aria-current", tab.dataset.tab === phone.tab);
    const news = tab.dataset.tab === "messages" && inbox().length > phone.readMessages;
    tab.toggleAttribute("data-new", news);
  }
  if (call) showCall(call);
  showRecent();
  showThread();
}

function showCall(call) {
  const over = OVER.has(call.status);
  at("peer").textContent = peerOf(call);
  at("state").textContent = statusText(call.status);
  fill(at("lines"), call.lines, callLine);
  for (const id of ["speech", "toggle-keys"]) at(id).hidden = call.status !== "in-progress";
  at("hang-up").hidden = over;
  at("back").hidden = !over;
  const wanted = call.waiting_for === "digits";
  if (over || wanted !== phone.keysWanted) showKeys(wanted && !over);
  phone.keysWanted = wanted;
  readAloud(call);
}

// The keypad comes by itself when keys are asked for, and goes again; in between it obeys its button.
function showKeys(shown) {
  at("call-keys").hidden = !shown;
  at("toggle-keys").setAttribute("aria-expanded", String(shown));
}

function callLine(line) {
  const shown = line.kind === "status" ? statusText(line.text) : line.text;
  if (!shown) return null;
  const item = element("li", line.kind, shown);
  if (line.by === "voice") {
    item.classList.add("voice");
    item.dataset.who = text("voice");
  }
  return item;
}

function showRecent() {
  const over = phone.calls.filter((call) => OVER.has(call.status)).reverse().slice(0, 6);
  at("recent").replaceChildren(...over.map((call) => {
    const button = element("button", "", peerOf(call));
    const kind = text(call.direction === "inbound" ? "outgoing_call" : "incoming_call");
    button.append(element("span", "", `${kind} · ${statusText(call.status)}`));
    button.addEventListener("click", () => { phone.shown = call.sid; show(); });
    const item = element("li", "");
    item.append(button);
    return item;
  }));
}

function showThread() {
  fill(at("thread"), phone.messages, (message) => {
    const mine = message.direction === "inbound";
    const item = element("li", mine ? "said" : "heard", message.body);
    for (const media of message.media) item.append(attachment(media));
    if (message.status === "undelivered") item.append(element("small", "", text("undelivered")));
    return item;
  });
}

function attachment(media) {
  if (!media.content_type.startsWith("image/")) return element("small", "", media.name);
  const picture = element("img", "");
  picture.src = `/sim/media/${media.sid}`;
  picture.alt = media.name;
  return picture;
}

// Appends what is new, so that a log is read out once, and follows its end unless someone scrolled up.
function fill(list, things, make) {
  const whose = `${phone.number} ${list.id === "lines" ? phone.shown : ""}`;
  if (list.dataset.whose !== whose || Number(list.dataset.count) > things.length) {
    list.replaceChildren();
    list.dataset.count = 0;
    list.dataset.whose = whose;
  }
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  for (const thing of things.slice(Number(list.dataset.count))) list.append(make(thing) || "");
  list.dataset.count = things.length;
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function element(name, kind, content = "") {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.textContent = content;
  return made;
}

function readAloud(call) {
  const done = phone.spoken.get(call.sid) ?? 0;
  phone.spoken.set(call.sid, call.lines.length);
  if (!at("aloud").checked || !("speechSynthesis" in window)) return;
  for (const line of call.lines.slice(done).filter((each) => each.kind === "heard")) {
    const words = new SpeechSynthesisUtterance(line.text.replace("♪", ""));
    words.lang = "zh-CN";
    speechSynthesis.speak(words);
  }
}

// ---- what the person does

function keypad(holder, press) {
  holder.replaceChildren(...KEYS.map((key) => {
    const button = element("button", "", key);
    button.type = "button";
    button.addEventListener("click", () => press(key));
    return button;
  }));
}

async function dial() {
  const dialled = at("dialled").textContent || "12351";
  const call = await order("/sim/calls", { from: phone.number, to: normal(dialled) });
  if (!call) return;
  phone.shown = call.sid;
  at("dialled").textContent = "";
  show();
}

const onCall = (what, data) => order(`/sim/calls/${phone.shown}/${what}`, data);

// Enter sends, unless an input method is composing or Shift asks for a new line.
function sendOnEnter(area, form) {
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

function onSubmit(form, act) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
}

async function say() {
  const words = at("spoken").value.trim();
  if (words && await onCall("say", { text: words })) at("spoken").value = "";
}

async function write() {
  const body = at("written").value.trim();
  if (!body && !phone.files.length) return;
  const sent = await order("/sim/messages", { from: phone.number, body, media: phone.files });
  if (!sent) return;
  at("written").value = "";
  phone.files = [];
  showFiles();
}

async function attach(files) {
  for (const file of files) {
    if (file.size > LARGEST_FILE) {
      complain(text("too_large", { name: file.name }));
      continue;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    phone.files.push({ name: file.name, content_type: file.type || "application/octet-stream", base64 });
  }
  at("file").value = "";
  showFiles();
}

function showFiles() {
  at("files").replaceChildren(...phone.files.map((file, n) => {
    const button = element("button", "", `${file.name} ×`);
    button.setAttribute("aria-label", text("remove", { name: file.name }));
    button.addEventListener("click", () => { phone.files.splice(n, 1); showFiles(); });
    const item = element("li", "");
    item.append(button);
    return item;
  }));
}

function announceTyping() {
  let last = 0;
  at("spoken").addEventListener("input", () => {
    if (Date.now() - last < 1000) return;
    last = Date.now();
    onCall("typing"); // typing is no silence
  });
}

function wire() {
  keypad(at("keys"), (key) => { at("dialled").textContent += key; });
  keypad(at("call-keys"), (key) => onCall("digits", { digits: key }));
  at("erase").addEventListener("click", () => { at("dialled").textContent = at("dialled").textContent.slice(0, -1); });
  at("dial").addEventListener("click", dial);
  at("hang-up").addEventListener("click", () => onCall("hangup"));
  at("back").addEventListener("click", () => { phone.shown = ""; show(); });
  at("toggle-keys").addEventListener("click", () => showKeys(at("call-keys").hidden));
  at("answer").addEventListener("click", () => {
    phone.shown = at("incoming").dataset.sid;
    phone.tab = "phone";
    onCall("answer");
  });
  at("decline").addEventListener("click", () => order(`/sim/calls/${at("incoming").dataset.sid}/decline`));
  at("incoming").addEventListener("cancel", (event) => event.preventDefault());
  for (const tab of at("tabs").querySelectorAll("button")) {
    tab.addEventListener("click", () => {
      phone.tab = tab.dataset.tab;
      if (phone.tab === "messages") phone.readMessages = inbox().length;
      show();
      if (phone.tab === "messages") at("thread").scrollTop = at("thread").scrollHeight;
    });
  }
  onSubmit(at("speech"), say);
  onSubmit(at("writing"), write);
  onSubmit(at("own-number"), () => { if (at("own").value.trim()) useNumber(normal(at("own").value)); });
  sendOnEnter(at("spoken"), at("speech"));
  sendOnEnter(at("written"), at("writing"));
  at("file").addEventListener("change", () => attach(at("file").files));
  at("number").addEventListener("change", () => {
    const choice = at("number").value;
    at("own-number").hidden = choice !== "other";
    if (choice === "other") at("own").focus();
    else useNumber(choice);
  });
  announceTyping();
}

translatePage();
wire();
useNumber(phone.number);
