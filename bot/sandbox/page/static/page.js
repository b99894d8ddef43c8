// The page: after each change, a snapshot of all that a person sees comes in and is drawn.
import { drawBackstage } from "./backstage.js";
import { drawComposer, toEnd } from "./composer.js";
import { h, keyed, toast } from "./dom.js";
import { drawHome } from "./home.js";
import { closeThread, drawMessages, drawThread, openThread } from "./messages.js";
import { drawModal } from "./modal.js";
import { drawSidebar, HOME, open, remember } from "./rooms.js";
import { $, ask, here, names, room } from "./state.js";
import { drawHint } from "./tour.js";
import { drawings, unfold } from "./unfold.js";

let stream;

/** Addresses of messages, as Slack's own "Copy link" writes them. */
const MESSAGE = /\/archives\/(\w+)\/p(\d+)(\d{6})(?:\?thread_ts=([\d.]+))?/;

document.addEventListener("follow", (event) => {
  const [, channel, seconds, rest, thread] = event.detail.match(MESSAGE) ?? [];
  const there = here.snapshot.channels.find((each) => each.id === channel);
  if (!there) return;
  event.preventDefault();
  open(there);
  openThread(thread ?? `${seconds}.${rest}`);
});

function listen() {
  stream?.close();
  stream = new EventSource(`/page/events${here.actor ? `?as=${here.actor}` : ""}`);
  stream.onmessage = (event) => { here.snapshot = JSON.parse(event.data); draw(); };
  stream.onerror = () => toast("The demo isn't running. I'll reconnect when it's back.");
}

function draw() {
  const { snapshot } = here;
  if (!snapshot) return;
  if (!room()) open(snapshot.channels.find((each) => each.id === snapshot.home) ?? snapshot.channels[0]);
  if (here.home && !snapshot.has_app_home) here.home = null;
  remember();
  $("team").textContent = snapshot.team;
  drawActors();
  drawSidebar();
  drawHint();
  $("messages").hidden = Boolean(here.home);
  $("home").hidden = !here.home;
  if (here.home) drawAppHome();
  else drawRoom();
  drawComposer();
  drawThread();
  drawBackstage();
  drawModal(snapshot.views.at(-1), names(), ask);
}

function drawAppHome() {
  const { me, users, app_home } = here.snapshot;
  $("channel-name").textContent = HOME;
  $("channel-note").textContent = `${users[me].real_name}'s view`;
  drawHome($("home"), app_home, names(), ask);
  if (here.home === me) return;
  here.home = me;
  ask("home");
}

function drawActors() {
  const { actors, users, me } = here.snapshot;
  keyed($("actor"), actors.map((id) => ({ id, ...users[id] })), (user) => user.id, (user) =>
    h("option", { value: user.id }, user.role ? `${user.real_name} (${user.role})` : user.real_name));
  $("actor").value = me;
}

function drawRoom() {
  const { is_im, name, members, is_archived, is_ext_shared, has_bot } = room();
  $("channel-name").textContent = is_im ? name : `# ${name}`;
  $("channel-note").textContent = [
    !is_im && `${members} members.`,
    is_archived && "Archived.",
    is_ext_shared && "Shared with people from another company.",
    !has_bot && "Order Desk is not in this conversation.",
  ].filter(Boolean).join(" ");
  drawMessages();
}

/** The theme of the system, until the person chooses one. */
function colours(scheme = localStorage.colours) {
  if (scheme) document.documentElement.dataset.colours = scheme;
  const dark = scheme ? scheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  $("colours").setAttribute("aria-pressed", dark);
  return dark;
}

$("actor").addEventListener("change", (event) => { here.actor = localStorage.actor = event.target.value; listen(); });
$("colours").addEventListener("click", () => { localStorage.colours = colours() ? "light" : "dark"; colours(); });
$("open-sidebar").addEventListener("click", () => unfold("sidebar"));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  if (here.thread && $("thread").contains(document.activeElement)) closeThread();
});
$("skip").addEventListener("click", (event) => { event.preventDefault(); ($("composer").hidden ? $("home") : $("composer").text).focus(); });
$("jump").addEventListener("click", () => { toEnd(); $("messages").focus(); });

drawings.draw = draw;
colours();
listen();
