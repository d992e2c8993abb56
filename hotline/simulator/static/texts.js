// The page's words in both languages. No framework: a table, and a function that looks into it.
const zh = {
  title: "职工电话", other_language: "English",
  my_number: "本机号码", own_number: "其他号码", use: "使用", anonymous: "隐藏号码",
  dial_hint: "拨打 12351 工会服务热线", dialled_number: "已输入的号码", dial: "拨打", erase: "删除一位",
  conversation: "通话内容", speak_hint: "输入要说的话，回车说出", say: "说出", keypad: "拨号键盘", hang_up: "挂断",
  back: "返回拨号", incoming: "来电", answer: "接听", decline: "拒接",
  phone: "电话", messages: "短信", aloud: "朗读",
  write_hint: "输入短信，回车发送", send: "发送", attach: "添加图片或文件", remove: "移除 {name}",
  no_line: "线路暂时不通，正在重试……", refused: "没有成功：{reason}", too_large: "文件过大，请选择 8 MB 以内的文件：{name}",
  voice: "对方", error: "线路故障（{code}）", undelivered: "未送达", incoming_call: "来电", outgoing_call: "去电",
  status: {
    queued: "正在接续", ringing: "正在呼叫……", "in-progress": "已接通", completed: "通话结束", busy: "对方忙",
    "no-answer": "无人接听", canceled: "已取消", failed: "呼叫失败",
    "conference-init": "正在等候坐席", "conference-in-progress": "坐席已接入", "conference-left": "已离开会话",
    "participant-hold": "通话保持中，请稍候", "participant-unhold": "通话恢复",
    "participant-mute": "对方已将您静音", "participant-unmute": "静音已解除",
  },
};

const en = {
  title: "Worker's telephone", other_language: "中文",
  my_number: "My number", own_number: "Another number", use: "Use", anonymous: "Number withheld",
  dial_hint: "Call the union's hotline 12351", dialled_number: "Number entered", dial: "Call", erase: "Delete a digit",
  conversation: "Conversation", speak_hint: "Type what you say; Enter speaks", say: "Say", keypad: "Keypad", hang_up: "Hang up",
  back: "Back to the dialler", incoming: "Incoming call", answer: "Answer", decline: "Decline",
  phone: "Phone", messages: "Messages", aloud: "Aloud",
  write_hint: "Write a message; Enter sends", send: "Send", attach: "Attach pictures or files", remove: "Remove {name}",
  no_line: "The line is down, trying again…", refused: "That did not work: {reason}", too_large: "Too large, choose files up to 8 MB: {name}",
  voice: "Other side", error: "Trouble on the line ({code})", undelivered: "Not delivered", incoming_call: "Incoming", outgoing_call: "Outgoing",
  status: {
    queued: "Connecting", ringing: "Ringing…", "in-progress": "Connected", completed: "Call ended", busy: "Busy",
    "no-answer": "No answer", canceled: "Cancelled", failed: "Failed",
    "conference-init": "Waiting for an agent", "conference-in-progress": "An agent is on the line", "conference-left": "Left the conversation",
    "participant-hold": "On hold, one moment please", "participant-unhold": "Back on the line",
    "participant-mute": "You were muted", "participant-unmute": "No longer muted",
  },
};

export const english = new URLSearchParams(location.search).get("lang") === "en";
const table = english ? en : zh;

export function text(name, values = {}) {
  return table[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

// What a status line says; nothing for steps that mean nothing to the person on the telephone.
export function statusText(line) {
  if (line.startsWith("error ")) return text("error", { code: line.split(" ")[1] });
  return table.status[line] || "";
}

export function translatePage() {
  document.documentElement.lang = english ? "en" : "zh-Hans";
  document.title = `${text("title")} · 12351`;
  for (const it of document.querySelectorAll("[data-text]")) it.textContent = text(it.dataset.text);
  for (const it of document.querySelectorAll("[data-label]")) it.setAttribute("aria-label", text(it.dataset.label));
  for (const it of document.querySelectorAll("[data-title]")) it.title = text(it.dataset.title);
  for (const it of document.querySelectorAll("[data-placeholder]")) it.placeholder = text(it.dataset.placeholder);
  const link = document.getElementById("language");
  link.textContent = text("other_language");
  link.href = english ? "?" : "?lang=en";
  link.lang = english ? "zh-Hans" : "en";
}
