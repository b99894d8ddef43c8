// Every exchange as a row, newest first. An open row shows what was sent and answered.
import { h, keyed } from "./dom.js";
import { $, ask, here } from "./state.js";
import { redraw } from "./unfold.js";

const KINDS = {
  delivery: ["Slack", "Slack → bot"], api: ["Web API", "bot → Slack"], response: ["response_url", "bot → Slack"],
  autoenhance: ["Autoenhance", "bot → Autoenhance"], webhook: ["Webhook", "Autoenhance → bot"],
};
const LATE = 3000;
const off = new Set((localStorage.notShown ?? "").split(" ").filter((kind) => kind in KINDS));
const opened = new Set();
let since = 0;

export function drawWire(log) {
  const fresh = log.filter((line) => line.at > since);
  drawChips(fresh);
  const shown = fresh.filter((line) => !off.has(line.kind)).toReversed();
  keyed($("log"), shown, (line) => line.id, row);
  const unknown = [...document.querySelectorAll(".unknown")].map((box) => box.dataset.type);
  const told = unknown.length ? `${unknown.length} not supported here: ${[...new Set(unknown)].join(", ")}` : "";
  if ($("unknown").textContent !== told) $("unknown").textContent = told;
}

function drawChips(log) {
  const items = Object.entries(KINDS).map(([kind, [words]]) => ({ kind, words, count: log.filter((line) => line.kind === kind).length, shown: !off.has(kind) }));
  keyed($("chips"), items, (item) => item.kind, (item) => h("button", {
    class: `chip ${item.kind}`, "aria-pressed": item.shown, title: item.shown ? "Hide these" : "Show these",
    onclick: () => {
      if (!off.delete(item.kind)) off.add(item.kind);
      localStorage.notShown = [...off].join(" ");
      redraw();
      $("chips").querySelector(`.${item.kind}`).focus();
    },
  }, item.words, h("span", { class: "count" }, item.count)));
}

function row(line) {
  const late = line.kind === "delivery" && (line.ms > LATE || line.result === "operation_timeout");
  const [, way] = KINDS[line.kind];
  const time = new Date(line.at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const took = line.ms !== null && `${line.kind === "delivery" ? "ack " : ""}${line.ms || "< 1"} ms`;
  const body = h("div", { class: "closeup" });
  const toggled = ({ target }) => {
    if (target.open) { opened.add(line.id); look(line, body); } else { opened.delete(line.id); body.replaceChildren(); }
  };
  return h("li", { class: `${line.kind}${line.ok ? "" : " bad"}` },
    h("details", { ontoggle: toggled, open: opened.has(line.id) },
      h("summary", {},
        h("code", {}, line.what), h("span", { class: "result" }, line.result),
        h("span", { class: "note" }, [way, took, ...line.notes, time].filter(Boolean).join(" · ")),
        late && h("span", { class: "late" }, "⚠ Later than 3 seconds")),
      body));
}

/** The details of an exchange, fetched when its row is opened, so that a snapshot stays small. */
async function look(line, body) {
  const response = await fetch(`/page/wire/${line.id}`);
  if (!response.ok) return;
  const { facts, parts } = await response.json();
  body.replaceChildren(
    h("dl", {}, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    ...parts.map(([title, text]) => h("div", {}, h("h4", {}, title), h("pre", { tabindex: "0", role: "group", "aria-label": title }, text))),
    line.kind === "delivery" ? h("button", { class: "small", title: "Same body, new signature, with X-Slack-Retry-Num", onclick: () => ask("redeliver", { number: Number(line.id.slice(1)) }) }, "Send again") : "");
}

$("clear-log").addEventListener("click", () => { since = here.snapshot.log.at(-1)?.at ?? 0; redraw(); });
