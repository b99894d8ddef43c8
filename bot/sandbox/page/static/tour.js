// The tour, step by step: done steps are ticked, and the next one is explained, with buttons.
import { say } from "./composer.js";
import { h, hidden } from "./dom.js";
import { $, ask, here } from "./state.js";
import { isPhone, redraw } from "./unfold.js";

const AFTER = "That's the tour. Next, type /order settings pictures on and watch an order: when it's done, its card shows the photos. Or mention @Order Desk in a thread, or open Order Desk · Home to see your watches and connect a second account.";
let drawn = "";

/** On a phone the tour is folded until the person opens it. After that it is as they left it. */
const isOpen = () => (localStorage.tour ?? (isPhone() ? "folded" : "open")) === "open";

export function drawHint() {
  const shown = here.channel === here.snapshot.home && !here.home && !localStorage.hintRead;
  $("hint").hidden = !shown;
  const steps = here.snapshot.tour;
  const now = JSON.stringify([isOpen(), steps]);
  if (!shown || now === drawn) return;
  const held = $("hint").contains(document.activeElement) && document.activeElement;
  drawn = now;
  const next = steps.findIndex((step) => !step.done);
  $("hint").replaceChildren(
    h("div", { class: "hint-head" }, fold(steps, next), h("button", { class: "icon", "aria-label": "Close the tour", title: "Close", onclick: shut }, "✕")),
    h("div", { id: "tour", hidden: !isOpen() },
      h("p", { class: "note narrow" }, document.querySelector(".top .note").textContent),
      h("ol", { class: "steps" }, steps.map((step, at) => h("li", { class: step.done ? "done" : at === next ? "next" : "", "aria-current": at === next ? "step" : null },
        h("span", { class: "tick", "aria-hidden": "true" }, step.done ? "✓" : at + 1), step.name, step.done && hidden(" done")))),
      h("p", {}, steps[next]?.says ?? AFTER),
      next >= 0 && steps[next].acts.length ? h("p", { class: "examples" }, steps[next].acts.map(act)) : ""));
  if (held) (held.id === "fold" ? $("fold") : $("hint").querySelector(".examples button") ?? $("fold")).focus();
}

/** The heading, which opens and folds the tour. */
function fold(steps, next) {
  const words = next < 0 ? "All 4 steps done" : isOpen() ? "New here? Try it in 4 steps" : `New here? ${next + 1} of 4: ${steps[next].name}`;
  const press = () => { localStorage.tour = isOpen() ? "folded" : "open"; redraw(); };
  return h("button", { id: "fold", class: "fold", "aria-expanded": isOpen(), "aria-controls": "tour", onclick: press },
    h("span", { "aria-hidden": "true" }, isOpen() ? "▾ " : "▸ "), words);
}

function shut() {
  localStorage.hintRead = "1";
  redraw();
  $("composer").text.focus();
}

function act({ label, wish, text, quiet, ...body }) {
  const press = () => (wish === "say" ? say(text) : ask(wish, body));
  return h("button", { class: quiet ? "small" : "say", title: wish === "say" ? "Send this message" : label, onclick: press }, label);
}
