// The stand-in's orders: one row each, with a menu of what can be done to it.
import { insert } from "./composer.js";
import { h } from "./dom.js";
import { $, ask } from "./state.js";
import { isPhone, unfold } from "./unfold.js";

export const MOODS = [
  ["well", "Normal"], ["429", "429: too many requests, retry after 5 seconds"], ["500", "500: internal error"], ["503", "503: unavailable"],
  ["html", "A web page instead of data"], ["empty", "Empty response"], ["close", "Down: no response"],
];
const OWN = [["", "Same as above"], ["404", "404: order not found"], ...MOODS.slice(1)];
const REASONS = ["Image is too blurry", "Brackets are underexposed", "Rate limit exceeded, try again later"];
const RHYTHMS = [["regular", "One every 2 seconds"], ["bursts", "Slowly, in bursts"], ["slowing", "Slower and slower"]];
const ACTS = [
  ["advance", "Finish one photo", "Mark the next photo as done"],
  ["finish", "Finish now", "Mark all photos as done"],
];
const OWNERS = [
  ["download-one", "Download one", "Someone downloads one of the photos that are done"],
  ["download", "Download all", "Someone downloads all photos that are done"],
  ["expire", "Expire", "Autoenhance deletes all photos of this order, as it does after some time"],
];
const rows = new Map();

/** Rows are changed in place, so that an open menu stays open while photos get done. */
export function drawOrders(orders) {
  const ids = new Set(orders.map((order) => order.id));
  for (const [id, row] of rows) if (!ids.has(id)) { row.node.remove(); rows.delete(id); }
  for (const order of orders) {
    if (!rows.has(order.id)) rows.set(order.id, made(order));
    const { node, name, state, mood, moving } = rows.get(order.id);
    name.textContent = order.name;
    state.textContent = [order.state, order.downloaded && `${order.downloaded} downloaded`, order.mood && `responds: ${order.mood}`].filter(Boolean).join(" · ");
    if (document.activeElement !== mood) mood.value = order.mood ?? "";
    moving.hidden = !order.has_photos;
    if (node.parentElement !== $("orders")) $("orders").append(node);
  }
}

function made(order) {
  const does = (act, more) => () => ask("order", { order: order.id, act, ...more });
  const name = h("span", { class: "name" });
  const state = h("span", { class: "note" });
  const reason = h("select", { "aria-label": "Reason", title: "Why the photo fails" }, [...REASONS, ""].map((words) => h("option", { value: words }, words || "No reason given")));
  const mood = h("select", { id: `mood-of-${order.id}`, onchange: ({ target }) => {
    target.blur();
    ask("mood", { order: order.id, mood: target.value, retry_after: target.value === "429" ? 5 : null });
  } }, OWN.map(([value, words]) => h("option", { value }, words)));
  const rhythm = h("select", { "aria-label": "Pace", title: "How fast its photos are done" }, RHYTHMS.map(([value, words]) => h("option", { value }, words)));
  const buttons = (acts) => h("div", { class: "acts" }, acts.map(([act, words, tip]) => h("button", { class: "small", title: tip, onclick: does(act) }, words)));
  const moving = h("div", {},
    h("div", { class: "acts" },
      h("button", { class: "small", title: "Process from the first photo", onclick: () => does("restart", { rhythm: rhythm.value })() }, "Start again"), rhythm),
    buttons(ACTS),
    h("div", { class: "acts" },
      h("button", { class: "small", title: "The current photo fails for this reason", onclick: () => does("fail", { reason: reason.value || null })() }, "Fail a photo"), reason),
    buttons(OWNERS));
  const node = h("li", {}, h("details", {},
    h("summary", {}, name, state),
    h("div", { class: "levers", role: "group", "aria-label": order.name },
      h("button", { class: "id", title: "Add this ID to the message", onclick: () => { insert(order.id); if (isPhone()) unfold("backstage", false); } }, order.id),
      moving,
      h("div", { class: "acts" },
        h("button", { class: "small", title: "Stop progress. The last change is 3 hours ago.", onclick: does("age") }, "Stall"),
        h("button", { class: "small", title: "Tell the bot that a photo is done, as Autoenhance does", onclick: () => ask("webhook", { order: order.id }) }, "Call webhook"),
        h("button", { class: "small danger", title: "Delete the order. Start again restores it.", onclick: does("delete") }, "Delete")),
      h("p", { class: "row" }, h("label", { for: `mood-of-${order.id}` }, "Responses for this order"), mood))));
  return { node, name, state, mood, moving };
}
