// Messages in a channel and in a thread. A changed row is drawn again. The lists keep their scroll position.
import { attachment } from "./attachment.js";
import { drawBlocks } from "./blocks.js";
import { h, keyed } from "./dom.js";
import { menu } from "./menu.js";
import { confirmed } from "./modal.js";
import { mrkdwn, plainText } from "./mrkdwn.js";
import { roving } from "./rove.js";
import { $, ask, here, names, now, room } from "./state.js";
import { comeBack, giveWay, redraw } from "./unfold.js";

const NEAR = 80;
const rove = { messages: roving($("messages")), replies: roving($("replies")) };

export function drawMessages() {
  const shown = room().messages.filter((message) => !message.thread_ts || message.broadcast);
  list($("messages"), [...(shown.length ? [] : [{ ts: "start", start: begins(room()) }]), ...withDays(shown)], false);
}

/** What an empty conversation says. */
const begins = ({ members, is_im, name }) => (is_im && name === here.snapshot.users[here.snapshot.bot].real_name
  ? "Send Order Desk an order ID, a link or a name. It answers here, and only you can see it."
  : `No messages yet. ${members} members.`);

export function drawThread() {
  const inThread = room().messages.filter((message) => here.thread && [message.ts, message.thread_ts].includes(here.thread));
  $("thread").hidden = inThread.length === 0;
  document.body.classList.toggle("has-thread", inThread.length > 0);
  if (!inThread.length) { comeBack(); return; }
  $("thread-place").textContent = room().is_im ? room().name : `# ${room().name}`;
  const [root, ...replies] = inThread;
  const count = replies.filter((reply) => !reply.is_ephemeral).length;
  const line = { ts: "count", divider: count === 1 ? "1 reply" : `${count} replies` };
  list($("replies"), replies.length ? [root, line, ...replies] : [root], true);
}

/** A line with the date before the first message of each day. */
function withDays(messages) {
  let last = "";
  return messages.flatMap((message) => {
    const day = dayOf(message.ts);
    if (day === last) return [message];
    last = day;
    return [{ ts: `day ${day}`, divider: day }, message];
  });
}

function dayOf(ts) {
  const day = new Date(Number(ts) * 1000);
  if (day.toDateString() === new Date(now()).toDateString()) return "Today";
  return day.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" });
}

/** A list that stays at its end if it was there, keeps a pressed message visible, and else does not scroll. */
function list(box, messages, inThread) {
  const place = `${here.channel} ${inThread ? here.thread : ""}`;
  const arrived = box.dataset.place !== place;
  const atEnd = arrived || isAtEnd(box);
  const before = box.dataset.newest;
  box.dataset.place = place;
  box.dataset.newest = messages.at(-1)?.ts ?? "";
  const changed = keyed(box, messages, (message) => message.ts, (message) => row(message, inThread));
  rove[box.id]();
  if (changed && atEnd) toItsEnd(box, before === box.dataset.newest);
  else if (changed) follow(box);
  if (inThread) return;
  if (isAtEnd(box)) $("jump").hidden = true;
  else if (!arrived && before < box.dataset.newest) $("jump").hidden = false;
}

const isAtEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;

/** Without new messages, keep the message in sight on which the person has just pressed a button. */
function toItsEnd(box, nothingNew) {
  box.scrollTop = box.scrollHeight;
  if (nothingNew && box.contains(document.activeElement)) document.activeElement.scrollIntoView({ block: "nearest" });
}

/** Scroll to the end of a card that grew after a click on it: the new lines are there. */
function follow(box) {
  const pressed = [...box.children].find((node) => node.dataset.key === here.acted);
  if (!pressed) return;
  const below = pressed.getBoundingClientRect().bottom - box.getBoundingClientRect().bottom;
  if (below > 0) box.scrollTop += below;
}

/** A list at its end stays there when the window, the hint or a thread beside it changes the size. */
for (const id of ["messages", "replies"]) {
  const box = $(id);
  const size = () => `${box.clientWidth} ${box.clientHeight}`;
  let [stood, known] = [true, ""];
  box.addEventListener("scroll", () => {
    if (size() !== known) return;  // the browser scrolled it during the resize, not the person
    stood = isAtEnd(box);
    if (id === "messages" && stood) $("jump").hidden = true;
  });
  new ResizeObserver(() => {
    known = size();
    if (stood) toItsEnd(box, true);
  }).observe(box);
}

function row(message, inThread) {
  if (message.start) return h("li", { class: "note start" }, message.start);
  if (message.divider) return h("li", { class: "line" }, h("span", {}, message.divider));
  const author = here.snapshot.users[message.user];
  const time = new Date(Number(message.ts) * 1000);
  const context = { ...names(), act: (block_id, element, option) => click(message, block_id, element, option) };
  return h("li", { class: `message${message.is_ephemeral ? " ephemeral" : ""}` },
    h("span", { class: `avatar a${hue(author.real_name)}${author.is_bot ? " app" : ""}`, "aria-hidden": "true" }, initials(author)),
    h("div", { class: "body" },
      message.is_ephemeral && h("p", { class: "note only-you" }, h("span", { "aria-hidden": "true" }, "👁 "), "Only visible to you"),
      message.broadcast && broadcast(message, inThread),
      h("p", { class: "head" }, h("b", {}, author.real_name), (author.is_bot || author.name === "slackbot") && h("span", { class: "badge" }, "APP"),
        author.role && h("span", { class: "badge" }, author.role), h("time", { title: time.toLocaleString() }, clock(message.ts))),
      h("div", { class: "content" },
        message.blocks.length ? drawBlocks(message.blocks, context) : message.text && h("div", { class: "text" }, mrkdwn(message.text, context)),
        message.edited && h("span", { class: "note" }, " (edited)"),
        message.files.map((name) => h("p", { class: "file" }, `📄 ${name}`)),
        message.attachments.map((part) => attachment(part, context))),
      message.warning && h("p", { class: "error", role: "alert" }, `⚠ Slack couldn't reach the app: ${message.warning}`),
      message.replies > 0 && !inThread && summary(message)),
    !message.is_ephemeral && tools(message, inThread));
}

const clock = (ts) => new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });

/** Below a message: who replied, how many replies there are, and when the last one came. */
function summary(message) {
  const faces = message.repliers.slice(0, 4).map((id) => here.snapshot.users[id]);
  return h("p", { class: "thread-line" },
    faces.map((user) => h("span", { class: `avatar tiny a${hue(user.real_name)}${user.is_bot ? " app" : ""}`, "aria-hidden": "true", title: user.real_name }, initials(user))),
    h("button", { class: "replies", onclick: () => openThread(message.ts) }, message.replies === 1 ? "1 reply" : `${message.replies} replies`),
    h("span", { class: "note" }, `Last reply ${clock(message.last_reply)}`));
}

/** Above a reply that is also shown in the channel: a link to its thread, or a note in the thread. */
const broadcast = (message, inThread) => h("p", { class: "note" }, inThread ? "Also sent to the channel" : ["replied to a thread: ",
  h("button", { class: "replies", onclick: () => openThread(message.thread_ts) }, plainText(message.replied_to ?? "a deleted message"))]);

const initials = (user) => user.real_name.split(" ").map((word) => word[0]).join("").slice(0, 2);
const hue = (name) => [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;

function tools(message, inThread) {
  const offered = room().is_offered ? here.snapshot.shortcuts.filter((shortcut) => shortcut.type === "message") : [];
  const use = (shortcut) => () => {
    here.acted = "";
    if (!inThread && !message.thread_ts) $("messages").scrollTop = $("messages").scrollHeight;
    ask("shortcut", { callback_id: shortcut.callback_id, channel: message.channel, ts: message.ts });
  };
  return h("div", { class: "tools", role: "toolbar", "aria-label": "Message actions" },
    h("button", { "aria-label": "Reply in thread", title: "Reply in thread", onclick: () => openThread(message.thread_ts ?? message.ts) }, "💬"),
    offered.length > 0 && menu("More actions", "⋮", offered.map((shortcut) => [shortcut.name, use(shortcut)]), "quiet"));
}

export function openThread(ts) {
  here.thread = ts;
  giveWay();
  redraw();
  $("reply").text.focus();
}

export function closeThread() {
  here.thread = null;
  redraw();
  $("composer").text.focus();
}

async function click(message, block_id, element, option) {
  if (element.confirm && !(await confirmed(element.confirm, names()))) return;
  here.acted = message.ts;
  await ask("click", { channel: message.channel, ts: message.ts, block_id, action_id: element.action_id, option });
}

$("close-thread").addEventListener("click", closeThread);
