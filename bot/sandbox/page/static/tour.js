// The tour, step by step: done steps are ticked, and the next one is explained, with buttons.
import { say } from "./composer.js";
import { h, hidden } from "./dom.js";
import { $, ask, here } from "./state.js";
import { redraw } from "./unfold.js";

const AFTER = "That was the minute. More: ⋯ on a card shares it, Act as shows it to Ben, and Order Desk · Home has what you watch.";
let drawn = "";

export function drawHint() {
  const shown = here.channel === here.snapshot.home && !here.home && !localStorage.hintRead;
  $("hint").hidden = !shown;
  const now = JSON.stringify(here.snapshot.tour);
  if (!shown || now === drawn) return;
  const held = $("hint").contains(document.activeElement);
  drawn = now;
  const steps = here.snapshot.tour;
  const next = steps.findIndex((step) => !step.done);
  $("hint").replaceChildren(
    h("div", { class: "hint-head" },
      h("b", {}, "New here? One minute:"),
      h("ol", { class: "steps" }, steps.map((step, at) => h("li", { class: step.done ? "done" : at === next ? "next" : "", "aria-current": at === next ? "step" : null },
        h("span", { class: "tick", "aria-hidden": "true" }, step.done ? "✓" : at + 1), step.name, step.done && hidden(" done")))),
      h("button", { class: "icon", "aria-label": "Hide this hint", title: "Hide", onclick: () => { localStorage.hintRead = "1"; redraw(); $("composer").text.focus(); } }, "✕")),
    h("p", {}, steps[next]?.says ?? AFTER),
    next >= 0 && steps[next].acts.length ? h("p", { class: "examples" }, steps[next].acts.map(act)) : "");
  if (held) ($("hint").querySelector(".examples button") ?? $("hint").querySelector("button")).focus();
}

function act({ label, wish, text, quiet, ...body }) {
  const press = () => (wish === "say" ? say(text) : ask(wish, body));
  return h("button", { class: quiet ? "small" : "say", title: wish === "say" ? "Type this for me" : label, onclick: press }, label);
}
