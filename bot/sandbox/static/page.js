// The page: one snapshot of all that a person sees comes in whenever something changed, and is drawn.
import { drawBlocks } from "./blocks.js";
import { h, keyed, toast } from "./dom.js";
import { drawHome } from "./home.js";
import { confirmed, drawModal } from "./modal.js";
import { mrkdwn, plainText } from "./mrkdwn.js";

const $ = (id) => document.getElementById(id);
const HOME = "Order Desk · Home";
const ACTS = [["restart", "Start again"], ["finish", "Finish now"], ["webhook", "Call webhook"]];
const WAYS = { in: "Slack to the bot", out: "the bot to Slack", hook: "Autoenhance to the bot" };
/** `home` is whose App Home is open, if it is; the app hears of it each time somebody opens theirs. */
const here = { actor: localStorage.actor ?? "", channel: "", thread: null, home: null, snapshot: null };
let stream;

/** Ask the sandbox to do something as the person of the moment. */
async function ask(wish, body) {
  const response = await fetch(`/page/${wish}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Sandbox": "1" },
    body: JSON.stringify({ as: here.snapshot.me, ...body }),
  });
  if (!response.ok) toast((await response.json()).error);
}

function listen() {
  stream?.close();
  stream = new EventSource(`/page/events${here.actor ? `?as=${here.actor}` : ""}`);
  stream.onmessage = (event) => { here.snapshot = JSON.parse(event.data); draw(); };
  stream.onerror = () => toast("The sandbox has stopped. Waiting for it to come back.");
}

function draw() {
  const { snapshot } = here;
  const rooms = snapshot.channels;
  if (!rooms.some((room) => room.id === here.channel)) open(rooms.find((room) => room.id === snapshot.home) ?? rooms[0]);
  const room = rooms.find((each) => each.id === here.channel);
  const context = names(snapshot);
  $("team").textContent = snapshot.team;
  drawActors(snapshot);
  drawSidebar(snapshot);
  drawHint(snapshot);
  if (here.home && !snapshot.has_app_home) here.home = null;
  for (const id of ["messages", "composer"]) $(id).hidden = Boolean(here.home);
  $("home").hidden = !here.home;
  if (here.home) drawAppHome(snapshot, context);
  else drawRoom(room, snapshot, context);
  drawThread(room, snapshot, context);
  drawBackstage(snapshot);
  drawModal(snapshot.views.at(-1), context, ask);
}

const names = (snapshot) => ({
  users: snapshot.users,
  channels: Object.fromEntries(snapshot.channels.map((room) => [room.id, room.name])),
});

function open(room) {
  here.channel = room.id;
  here.home = null;
  here.thread = null;
  unfold("sidebar", false);
}

function openHome() {
  here.home = here.snapshot.me;
  here.thread = null;
  unfold("sidebar", false);
  draw();
  $("home").focus();
  ask("home");
}

function drawAppHome(snapshot, context) {
  $("channel-name").textContent = HOME;
  $("channel-note").textContent = `As ${snapshot.users[snapshot.me].real_name} sees it.`;
  drawHome($("home"), snapshot.app_home, context, ask);
  if (here.home === snapshot.me) return;
  here.home = snapshot.me;
  ask("home");
}

function drawActors(snapshot) {
  keyed($("actor"), snapshot.actors.map((id) => ({ id, ...snapshot.users[id] })), (user) => user.id, (user) =>
    h("option", { value: user.id }, user.role ? `${user.real_name} (${user.role})` : user.real_name));
  $("actor").value = snapshot.me;
}

function drawSidebar(snapshot) {
  const entry = (room) => ({ id: room.id, name: room.name, mark: mark(room), here: !here.home && room.id === here.channel });
  const home = { id: "app-home", name: HOME, mark: "⌂", here: Boolean(here.home), isHome: true };
  const items = [
    ...(snapshot.has_app_home ? [home] : []),
    { heading: "Channels" }, ...snapshot.channels.filter((room) => !room.is_im).map(entry),
    { heading: "Direct messages" }, ...snapshot.channels.filter((room) => room.is_im).map(entry),
  ];
  keyed($("sidebar"), items, (item) => item.id ?? item.heading, (item) => item.heading
    ? h("h2", {}, item.heading)
    : h("button", {
        "aria-current": item.here ? "page" : null,
        onclick: item.isHome ? openHome : () => { open(item); draw(); $("composer").text.focus(); },
      }, h("span", { class: "mark", "aria-hidden": true }, item.mark), item.name));
}

const mark = (room) => (room.is_im ? "●" : room.is_private ? "🔒" : room.is_archived ? "🗄" : room.is_ext_shared ? "⇄" : "#");

function drawRoom(room, snapshot, context) {
  $("channel-name").textContent = room.is_im ? room.name : `# ${room.name}`;
  $("channel-note").textContent = [
    room.is_archived && "Archived.",
    room.is_ext_shared && "Shared with people from another company.",
    !room.has_bot && "Order Desk is not in this conversation.",
  ].filter(Boolean).join(" ");
  $("composer").text.placeholder = room.is_im ? `Message ${room.name}` : `Message #${room.name}`;
  $("composer").text.setAttribute("aria-label", $("composer").text.placeholder);
  list($("messages"), room.messages.filter((message) => !message.thread_ts || message.broadcast), snapshot, context, { inThread: false });
}

function drawThread(room, snapshot, context) {
  const shown = room.messages.filter((message) => here.thread && [message.ts, message.thread_ts].includes(here.thread));
  $("thread").hidden = shown.length === 0;
  list($("replies"), shown, snapshot, context, { inThread: true });
}

/** Before something is asked whose answer comes at the end of the channel: whoever asks wants to see it. */
function toEnd() {
  $("messages").scrollTop = $("messages").scrollHeight;
}

/** A list that stays at its end when it was there, and where it was read otherwise. */
function list(box, messages, snapshot, context, where) {
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80 || box.dataset.room !== here.channel;
  box.dataset.room = here.channel;
  const changed = keyed(box, messages, (message) => message.ts, (message) => row(message, snapshot, context, where));
  if (changed && atEnd) box.scrollTop = box.scrollHeight;
}

function row(message, snapshot, context, { inThread }) {
  const author = snapshot.users[message.user];
  const time = new Date(Number(message.ts) * 1000);
  const act = (block_id, element, option) => click(message, block_id, element, option);
  return h("li", { class: `message${message.is_ephemeral ? " ephemeral" : ""}` },
    h("span", { class: `avatar a${hue(author.real_name)}`, "aria-hidden": true }, initials(author)),
    h("div", { class: "body" },
      message.is_ephemeral && h("p", { class: "note only-you" }, "👁 Only visible to you"),
      message.broadcast && broadcast(message, inThread),
      h("p", { class: "head" }, h("b", {}, author.real_name), (author.is_bot || author.name === "slackbot") && h("span", { class: "badge" }, "APP"),
        author.role && h("span", { class: "badge" }, author.role), h("time", { title: time.toLocaleString() }, time.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" }))),
      h("div", { class: "content" },
        message.blocks.length ? drawBlocks(message.blocks, { ...context, act }) : h("div", { class: "text" }, mrkdwn(message.text, context)),
        message.edited && h("span", { class: "note" }, " (edited)"),
        message.files.map((name) => h("p", { class: "file" }, `📄 ${name}`)),
        message.attachments.map((part) => attachment(part, context))),
      message.warning && h("p", { class: "error", role: "alert" }, `⚠ Slack could not reach the app: ${message.warning}`),
      message.replies > 0 && !inThread && h("button", { class: "replies", onclick: () => openThread(message.ts) },
        message.replies === 1 ? "1 reply" : `${message.replies} replies`)),
    !message.is_ephemeral && tools(message, snapshot));
}

/** Above a reply that is shown in the channel as well: here where it belongs, there where else it is. */
const broadcast = (message, inThread) => h("p", { class: "note" }, inThread ? "Also sent to the channel" : ["replied to a thread: ",
  h("button", { class: "replies", onclick: () => openThread(message.thread_ts) }, plainText(message.replied_to ?? "a deleted message"))]);

const attachment = (part, context) => h("div", { class: "attachment" },
  part.title && h("b", {}, part.title), part.text && h("div", {}, mrkdwn(part.text, context)), part.title_link && h("div", { class: "note" }, part.title_link));

const initials = (user) => user.real_name.split(" ").map((word) => word[0]).join("").slice(0, 2);
const hue = (name) => [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;

function tools(message, snapshot) {
  const shortcuts = snapshot.shortcuts.filter((shortcut) => shortcut.type === "message");
  return h("div", { class: "tools", role: "toolbar", "aria-label": "What to do with this message" },
    shortcuts.map((shortcut) => h("button", { onclick: () => { if (!message.thread_ts) toEnd(); ask("shortcut", { callback_id: shortcut.callback_id, channel: message.channel, ts: message.ts }); } }, shortcut.name)),
    h("button", { onclick: () => openThread(message.thread_ts ?? message.ts) }, "Reply in thread"));
}

function openThread(ts) {
  here.thread = ts;
  draw();
  $("reply").text.focus();
}

async function click(message, block_id, element, option) {
  if (element.confirm && !(await confirmed(element.confirm, names(here.snapshot)))) return;
  await ask("click", { channel: message.channel, ts: message.ts, block_id, action_id: element.action_id, option });
}

function drawBackstage(snapshot) {
  $("mood").value = snapshot.mood;
  keyed($("orders"), snapshot.orders, (order) => order.id, (order) => h("li", {},
    h("span", { class: "name" }, order.name),
    h("button", { class: "id", title: "Put this id into the message", onclick: () => insert(order.id) }, order.id),
    h("span", { class: "note" }, order.state),
    order.can_run && h("div", { class: "acts", role: "group", "aria-label": order.name }, ACTS.map(([wish, words]) =>
      h("button", { class: "again", onclick: () => ask(wish, { order: order.id }) }, words)))));
  keyed($("log"), snapshot.log.toReversed().map((line, at) => ({ ...line, at: snapshot.log.length - at, key: `${line.at} ${line.what}` })),
    (line) => line.key, (line) => h("li", { class: typeof line.result === "number" && line.result < 400 ? "" : "bad" },
      h("span", { title: WAYS[line.way] }, line.way === "out" ? "← bot" : "→ bot"),
      h("code", {}, line.what), h("span", {}, line.ms === undefined ? line.result : `${line.result} · ${line.ms} ms`)));
}

function insert(id) {
  const field = $("composer").text;
  field.value = field.value.trim() ? `${field.value.trimEnd()} ${id}` : `/order ${id}`;
  field.focus();
  unfold("backstage", false);
}

function drawHint(snapshot) {
  const shown = here.channel === snapshot.home && !here.home && !localStorage.hintRead;
  if ($("hint").hidden === !shown) return;
  $("hint").hidden = !shown;
  $("hint").replaceChildren(
    h("button", { class: "icon", "aria-label": "Hide this hint", onclick: () => { localStorage.hintRead = "1"; draw(); } }, "✕"),
    h("p", {}, "New here? Ask for an order. Click one of these, or type your own:"),
    h("p", { class: "examples" }, snapshot.examples.map((text) => h("button", { onclick: () => { toEnd(); ask("say", { channel: here.channel, text }); } }, text))));
}

function unfold(id, open = !$(id).classList.contains("open")) {
  $(id).classList.toggle("open", open);
  $(`open-${id}`).setAttribute("aria-expanded", open);
}

function toggleShortcuts(open) {
  $("shortcut-menu").hidden = !open;
  $("shortcuts").setAttribute("aria-expanded", open);
  if (!open) return;
  $("shortcut-menu").replaceChildren(...here.snapshot.shortcuts.filter((shortcut) => shortcut.type === "global").map((shortcut) =>
    h("button", { type: "button", role: "menuitem", onclick: () => { toggleShortcuts(false); $("shortcuts").focus(); ask("shortcut", { callback_id: shortcut.callback_id, channel: here.channel }); } }, `⚡ ${shortcut.name}`)));
  $("shortcut-menu").querySelector("button")?.focus();
}

function send(form, more) {
  const text = form.text.value.trim();
  form.text.value = "";
  if (!text) return;
  if (form === $("composer")) toEnd();
  ask("say", { channel: here.channel, text, ...more() });
}

for (const [id, more] of [["composer", () => ({})], ["reply", () => ({ thread_ts: here.thread })]]) {
  $(id).addEventListener("submit", (event) => { event.preventDefault(); send($(id), more); });
  $(id).text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send($(id), more);
  });
}
$("actor").addEventListener("change", (event) => { here.actor = localStorage.actor = event.target.value; listen(); });
$("mood").addEventListener("change", (event) => ask("mood", { mood: event.target.value, retry_after: event.target.value === "429" ? 5 : null }));
$("close-thread").addEventListener("click", () => { here.thread = null; draw(); $("composer").text.focus(); });
$("shortcuts").addEventListener("click", () => toggleShortcuts($("shortcut-menu").hidden));
$("open-sidebar").addEventListener("click", () => unfold("sidebar"));
$("open-backstage").addEventListener("click", () => unfold("backstage"));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (!$("shortcut-menu").hidden) { toggleShortcuts(false); $("shortcuts").focus(); }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.overflow[open]")) {
    if (menu.contains(event.target) && !event.target.closest("[role=menuitem]")) continue;
    if (menu.contains(document.activeElement)) menu.firstElementChild.focus();
    menu.open = false;
  }
  if (!event.target.closest(".composer")) toggleShortcuts(false);
});

listen();
