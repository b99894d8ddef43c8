// The panel: the controls of both stand-ins, and every exchange below.
import { h, keyed } from "./dom.js";
import { drawOrders, MOODS } from "./orders.js";
import { $, ask, here } from "./state.js";
import { hasRoom, isOpen, isPhone, onPhone, redraw, unfold } from "./unfold.js";
import { drawWire } from "./wire.js";

const SAYS = {
  well: "Normal", ratelimited: "429: too many requests", internal_error: "500: internal error", slow: "Slow: 4 seconds",
};
const NAMES = { respond: "response_url" };
const SWITCHES = [
  ["has_bot", "Order Desk is in", "Has the bot", "invite", "remove"],
  ["is_archived", "Archive", "Archived", "archive", "unarchive"],
  ["is_ext_shared", "Share with another company", "Shared", "share", "unshare"],
];

export function drawBackstage() {
  const { mood, orders, log, days_ahead: ahead, second_key: second } = here.snapshot;
  if (document.activeElement !== $("mood")) $("mood").value = mood;
  $("clock").hidden = ahead === null;
  const clock = ahead ? `Clock: ${ahead} ${ahead === 1 ? "day" : "days"} ahead` : "Clock: the real time";
  if ($("clock-says").textContent !== clock) $("clock-says").textContent = clock;
  if ($("second-key").textContent !== second) $("second-key").textContent = second;
  drawOrders(orders);
  drawSlack();
  drawWire(log);
}

$("mood").append(...MOODS.map(([value, words]) => h("option", { value }, words)));
$("mood").addEventListener("change", ({ target }) => ask("mood", { mood: target.value, retry_after: target.value === "429" ? 5 : null }));

$("day-later").addEventListener("click", () => ask("day-later", {}));

// Slack: how it answers, and the state of its channels.

const once = h("select", { id: "how-long" }, h("option", { value: "1" }, "Next response only"), h("option", { value: "" }, "Until I change it"));
const after = h("input", { id: "retry-after", type: "number", min: "1", max: "120", value: "5" });
const methods = h("div", { class: "grid" });
const channels = h("table", { class: "switches" });

$("panel-slack").append(
  h("h3", {}, "Responses to the bot"),
  h("p", { class: "row" }, h("label", { for: "how-long" }, "Use this for"), once),
  h("p", { class: "row" }, h("label", { for: "retry-after" }, "Retry-After for 429, in seconds"), after),
  methods,
  h("h3", {}, "Requests to the bot"),
  h("p", {}, h("button", { class: "small", title: "Slack does this when the bot doesn't respond in time. Same body, with X-Slack-Retry-Num.", onclick: () => ask("redeliver", {}) }, "Send the last request again")),
  h("h3", {}, "Channels"), channels);

function drawSlack() {
  const { slack_moods, rooms } = here.snapshot;
  keyed(methods, Object.keys(slack_moods), (method) => method, methodRow);
  for (const select of methods.querySelectorAll("select")) {
    if (document.activeElement !== select) select.value = slack_moods[select.dataset.method];
  }
  if (!channels.childElementCount) channels.append(...switches(rooms));
  for (const box of channels.querySelectorAll("input")) {
    box.checked = rooms.find((room) => room.id === box.dataset.room)[box.dataset.flag];
  }
}

function methodRow(method) {
  const id = `mood-${method.replace(".", "-")}`;
  const choose = ({ target }) => {
    target.blur();
    ask("slack-mood", { method, mood: target.value, once: Boolean(once.value), retry_after: Number(after.value) || 5 });
  };
  return h("p", { class: "row" }, h("label", { for: id }, h("code", {}, NAMES[method] ?? method)),
    h("select", { id, "data-method": method, onchange: choose }, Object.entries(SAYS).map(([value, words]) => h("option", { value }, words))));
}

function switches(rooms) {
  return [
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Channel"), SWITCHES.map(([, , words]) => h("th", { scope: "col" }, words)))),
    h("tbody", {}, rooms.map((room) => h("tr", {}, h("th", { scope: "row" }, `#${room.name}`), SWITCHES.map(([flag, label, , on, off]) =>
      h("td", {}, h("input", { type: "checkbox", "data-room": room.id, "data-flag": flag, "aria-label": `${label} #${room.name}`, title: `${label} #${room.name}`,
        onchange: ({ target }) => ask("room", { channel: room.id, act: target.checked ? on : off }) })))))),
  ];
}

// The tabs and the panel itself. In a narrow window, the panel replaces the thread.

const tabs = [$("tab-autoenhance"), $("tab-slack")];

function choose(tab) {
  for (const each of tabs) {
    each.setAttribute("aria-selected", each === tab);
    each.tabIndex = each === tab ? 0 : -1;
    $(each.getAttribute("aria-controls")).hidden = each !== tab;
  }
}

for (const [at, tab] of tabs.entries()) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const other = tabs[1 - at];
    choose(other);
    other.focus();
  });
}

/** Closed until the person opens it. On a wide window it is opened again after a reload. */
$("open-backstage").addEventListener("click", () => {
  unfold("backstage");
  localStorage.panel = isOpen("backstage") ? "open" : "";
  if (isOpen("backstage") && !hasRoom() && here.thread) { here.thread = null; redraw(); }
});
$("close-backstage").addEventListener("click", () => { unfold("backstage", false); localStorage.panel = ""; $("open-backstage").focus(); });
unfold("backstage", !isPhone() && localStorage.panel === "open");
/** Close the panel when the window becomes narrow, as it would cover the page. */
onPhone((narrow) => narrow && unfold("backstage", false));
