// The stand-in's orders: one row each, with a menu of what can be done to it.
import { insert } from "./composer.js";
import { h } from "./dom.js";
import { $, ask } from "./state.js";
import { isPhone, unfold } from "./unfold.js";

export const MOODS = [
  ["well", "answers"], ["429", "too many requests: 429, Retry-After 5"], ["500", "fails: 500"], ["503", "fails: 503"],
  ["html", "a page of HTML"], ["empty", "an empty answer"], ["close", "down: no answer"],
];
const OWN = [["", "as for all orders"], ["404", "no such order: 404"], ...MOODS.slice(1)];
const REASONS = ["Image is too blurry", "Brackets are underexposed", "Rate limit exceeded, try again later"];
const ACTS = [
  ["restart", "Start again", "From the first photo, one every two seconds"],
  ["advance", "One photo more", "The next photo is done"],
  ["finish", "Finish now", "All photos are done"],
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
    state.textContent = [order.state, order.mood && `answers ${order.mood}`].filter(Boolean).join(" · ");
    if (document.activeElement !== mood) mood.value = order.mood ?? "";
    moving.hidden = !order.has_photos;
    if (node.parentElement !== $("orders")) $("orders").append(node);
  }
}

function made(order) {
  const does = (act, more) => () => ask("order", { order: order.id, act, ...more });
  const name = h("span", { class: "name" });
  const state = h("span", { class: "note" });
  const reason = h("select", { "aria-label": "Reason", title: "Why the photo fails" }, [...REASONS, ""].map((words) => h("option", { value: words }, words || "no reason given")));
  const mood = h("select", { id: `mood-of-${order.id}`, onchange: ({ target }) => {
    target.blur();
    ask("mood", { order: order.id, mood: target.value, retry_after: target.value === "429" ? 5 : null });
  } }, OWN.map(([value, words]) => h("option", { value }, words)));
  const moving = h("div", {},
    h("div", { class: "acts" }, ACTS.map(([act, words, tip]) => h("button", { class: "small", title: tip, onclick: does(act) }, words))),
    h("div", { class: "acts" },
      h("button", { class: "small", title: "The photo it is at fails, for this reason", onclick: () => does("fail", { reason: reason.value || null })() }, "Fail a photo"), reason));
  const node = h("li", {}, h("details", {},
    h("summary", {}, name, state),
    h("div", { class: "levers", role: "group", "aria-label": order.name },
      h("button", { class: "id", title: "Put this id into the message", onclick: () => { insert(order.id); if (isPhone()) unfold("backstage", false); } }, order.id),
      moving,
      h("div", { class: "acts" },
        h("button", { class: "small", title: "Nothing moves any more; last touched three hours ago", onclick: does("age") }, "Let it age"),
        h("button", { class: "small", title: "Tell the bot that a photo is done, as Autoenhance does", onclick: () => ask("webhook", { order: order.id }) }, "Call webhook"),
        h("button", { class: "small danger", title: "As if somebody deleted it in the web app; Start again brings it back", onclick: does("delete") }, "Delete")),
      h("p", { class: "row" }, h("label", { for: `mood-of-${order.id}` }, "Its own mood"), mood))));
  return { node, name, state, mood, moving };
}
