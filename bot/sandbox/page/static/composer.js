// The composers of a channel and of a thread, and the shortcuts in the plus menu.
import { h } from "./dom.js";
import { move } from "./menu.js";
import { $, ask, here, room } from "./state.js";
import { suggesting } from "./suggest.js";

const field = $("composer").text;
/** Slack has no commands in threads. */
const closers = { composer: suggesting($("composer"), () => room().is_offered), reply: suggesting($("reply"), () => false) };

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
  closers[form.id]();
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
