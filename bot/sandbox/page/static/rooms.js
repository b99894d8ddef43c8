// The conversations on the left, and which of them have new messages.
import { h, hidden, keyed } from "./dom.js";
import { $, ask, here } from "./state.js";
import { redraw, unfold } from "./unfold.js";

export const HOME = "Order Desk · Home";
const seen = new Map();

export function open(room) {
  here.channel = room.id;
  here.home = null;
  here.thread = null;
  unfold("sidebar", false);
}

function openHome() {
  here.home = here.snapshot.me;
  here.thread = null;
  unfold("sidebar", false);
  redraw();
  $("home").focus();
  ask("home");
}

/** Messages from before the page was opened are not new, nor are those of the open conversation. */
export function remember() {
  for (const room of here.snapshot.channels) {
    const key = `${here.snapshot.me} ${room.id}`;
    if (!seen.has(key) || (room.id === here.channel && !here.home)) seen.set(key, newest(room));
  }
}

const newest = (room) => room.messages.filter((message) => !message.thread_ts || message.broadcast).at(-1)?.ts ?? "";

export function drawSidebar() {
  const { snapshot } = here;
  const entry = (room) => ({
    id: room.id, name: room.name, mark: mark(room), here: !here.home && room.id === here.channel,
    fresh: newest(room) > seen.get(`${snapshot.me} ${room.id}`),
  });
  const home = { id: "app-home", name: HOME, mark: "⌂", here: Boolean(here.home), isHome: true };
  const items = [
    ...(snapshot.has_app_home ? [home] : []),
    { heading: "Channels" }, ...snapshot.channels.filter((room) => !room.is_im).map(entry),
    { heading: "Direct messages" }, ...snapshot.channels.filter((room) => room.is_im).map(entry),
  ];
  keyed($("sidebar"), items.filter((item, at) => !item.heading || items[at + 1]?.id), (item) => item.id ?? item.heading, (item) => item.heading
    ? h("h2", {}, item.heading)
    : h("button", {
        class: item.fresh ? "fresh" : null,
        "aria-current": item.here ? "page" : null,
        onclick: item.isHome ? openHome : () => { open(item); redraw(); $("composer").text.focus(); },
      }, h("span", { class: "mark", "aria-hidden": "true" }, item.mark), h("span", { class: "label" }, item.name), item.fresh && hidden(" new")));
}

const mark = (room) => (room.is_im ? "●" : room.is_archived ? "🗄" : room.is_private ? "🔒" : room.is_ext_shared ? "⇄" : "#");
