// The composer: messages, slash commands with suggestions, and the shortcuts in the plus menu.
import { suggestions } from "./complete.js";
import { h } from "./dom.js";
import { move } from "./menu.js";
import { $, ask, here, room } from "./state.js";

const field = $("composer").text;
const box = $("suggestions");
let marked = -1;

export function drawComposer() {
  const { is_im, is_archived, name } = room();
  $("composer").hidden = Boolean(here.home) || is_archived;
  $("closed").hidden = Boolean(here.home) || !is_archived;
  $("closed").textContent = `You are viewing #${name}, an archived channel.`;
  $("reply").hidden = is_archived;
  field.placeholder = is_im ? `Message ${name}` : `Message #${name}`;
  field.setAttribute("aria-label", field.placeholder);
  for (const offer of [$("shortcuts"), $("composer").querySelector(".keys")]) offer.hidden = !room().is_offered;
}

/** Scroll to the end before a request whose answer is posted at the end of the channel. */
export function toEnd() {
  here.acted = "";
  $("messages").scrollTop = $("messages").scrollHeight;
}

/** Send the text in the channel, as if it had been typed. */
export function say(text) {
  toEnd();
  ask("say", { channel: here.channel, text });
}

/** Append an order ID to the text. */
export function insert(id) {
  field.value = field.value.trim() ? `${field.value.trimEnd()} ${id}` : `/order ${id}`;
  field.focus();
}

function send(form) {
  const text = form.text.value.trim();
  form.text.value = "";
  close();
  if (!text) return;
  if (form === $("composer")) say(text);
  else ask("say", { channel: here.channel, text, thread_ts: here.thread });
}

for (const id of ["composer", "reply"]) {
  $(id).addEventListener("submit", (event) => { event.preventDefault(); send($(id)); });
  $(id).text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.defaultPrevented) return;
    event.preventDefault();
    send($(id));
  });
}

// Suggestions: a combobox. None is selected at first, so that Enter sends the typed text. An incomplete
// command is the exception: no one means to send that.

function suggest() {
  const groups = suggestions(field.value, here.snapshot, { offered: room().is_offered });
  let number = 0;
  marked = -1;
  box.replaceChildren(...groups.map((group) => h("div", { role: "group", "aria-label": group.name },
    h("div", { class: "group", "aria-hidden": "true" }, group.name),
    group.options.map((option) => drawOption(option, number++)))));
  show(groups.length > 0);
}

function drawOption(option, number) {
  const node = h("div", { role: "option", id: `suggestion-${number}`, class: "option", "aria-selected": "false", onclick: () => take(option) },
    h("b", {}, option.label), option.hint && h("code", {}, option.hint), h("span", { class: "note" }, option.says));
  node.option = option;
  return node;
}

const isHalf = () => !field.value.includes(" ") && options()[0]?.option.label !== field.value;

const options = () => [...box.querySelectorAll("[role=option]")];

function show(open) {
  box.hidden = !open;
  field.setAttribute("aria-expanded", open);
  if (!open) field.removeAttribute("aria-activedescendant");
}

function close() {
  marked = -1;
  show(false);
}

function mark(at) {
  marked = at;
  for (const [number, node] of options().entries()) node.setAttribute("aria-selected", number === at);
  const node = options()[at];
  if (!node) { field.removeAttribute("aria-activedescendant"); return; }
  field.setAttribute("aria-activedescendant", node.id);
  node.scrollIntoView({ block: "nearest" });
}

function take(option) {
  field.value = option.becomes;
  field.focus();
  suggest();
}

/** Runs before the composer's own Enter: Enter chooses a selected suggestion. */
field.addEventListener("keydown", (event) => {
  if (box.hidden || event.isComposing) return;
  const count = options().length;
  const moves = { ArrowDown: marked + 1 >= count ? 0 : marked + 1, ArrowUp: marked <= 0 ? count - 1 : marked - 1 };
  if (event.key in moves) mark(moves[event.key]);
  else if (event.key === "Escape") close();
  else if ((event.key === "Enter" || event.key === "Tab") && (marked >= 0 || isHalf()) && !event.shiftKey) take(options()[Math.max(marked, 0)].option);
  else return;
  event.preventDefault();
}, { capture: true });
field.addEventListener("input", suggest);
field.addEventListener("blur", close);
box.addEventListener("mousedown", (event) => event.preventDefault());

// The plus menu.

$("shortcuts").addEventListener("keydown", move);
$("shortcuts").addEventListener("toggle", () => {
  if (!$("shortcuts").open) return;
  const offered = here.snapshot.shortcuts.filter((shortcut) => shortcut.type === "global");
  $("shortcut-menu").replaceChildren(...offered.map((shortcut) =>
    h("button", { type: "button", role: "menuitem", tabindex: "-1", title: shortcut.description,
      onclick: () => ask("shortcut", { callback_id: shortcut.callback_id, channel: here.channel }) }, `⚡ ${shortcut.name}`)));
  $("shortcut-menu").querySelector("button")?.focus();
});
