// A composer's suggestions. None is selected at first, so that Enter sends the typed text. It is no combobox, as
// HTML allows none of several lines, so their number is spoken.
// A command or a name that is typed in part is the exception: no one means to send that.
import { suggestions } from "./complete.js";
import { h } from "./dom.js";
import { here } from "./state.js";

/** Suggest while a person types in this form. `isOffered` says whether commands work there. */
export function suggesting(form, isOffered) {
  const field = form.text;
  const box = form.querySelector("[role=listbox]");
  const spoken = form.querySelector("[aria-live]");
  const options = () => [...box.querySelectorAll("[role=option]")];
  let marked = -1;

  function suggest() {
    const groups = suggestions(field.value, field.selectionStart, here.snapshot, { offered: isOffered() });
    let number = 0;
    marked = -1;
    box.replaceChildren(...groups.map((group) => h("div", { role: "group", "aria-label": group.name },
      h("div", { class: "group", "aria-hidden": "true" }, group.name),
      group.options.map((option) => drawOption(option, number++)))));
    show(groups.length > 0);
  }

  function drawOption(option, number) {
    const node = h("div", { role: "option", id: `${box.id}-${number}`, class: "option", "aria-selected": "false", onclick: () => take(option) },
      h("b", {}, option.label), option.hint && h("code", {}, option.hint), h("span", { class: "note" }, option.says));
    node.option = option;
    return node;
  }

  function show(open) {
    box.hidden = !open;
    const [count, words] = [options().length, "Press the down arrow to choose."];
    spoken.textContent = open ? `${count === 1 ? "1 suggestion" : `${count} suggestions`}. ${words}` : "";
    field.removeAttribute("aria-activedescendant");
  }

  function close() {
    marked = -1;
    show(false);
  }

  function mark(at) {
    marked = at;
    for (const [number, node] of options().entries()) node.setAttribute("aria-selected", number === at);
    const node = options()[at];
    field.setAttribute("aria-activedescendant", node.id);
    node.scrollIntoView({ block: "nearest" });
  }

  function take(option) {
    field.value = option.becomes;
    field.focus();
    field.setSelectionRange(option.caret ?? field.value.length, option.caret ?? field.value.length);
    suggest();
  }

  /** Runs before the composer's own Enter: Enter chooses a selected suggestion. */
  field.addEventListener("keydown", (event) => {
    if (box.hidden || event.isComposing) return;
    const offered = options();
    const [count, isHalf] = [offered.length, offered[0].option.isHalf];
    const moves = { ArrowDown: marked + 1 >= count ? 0 : marked + 1, ArrowUp: marked <= 0 ? count - 1 : marked - 1 };
    if (event.key in moves) mark(moves[event.key]);
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" || event.key === "Tab") && (marked >= 0 || isHalf) && !event.shiftKey) take(offered[Math.max(marked, 0)].option);
    else {
      if (event.key === "Tab") close();  // so that the list itself is no stop
      return;
    }
    event.preventDefault();
  }, { capture: true });
  field.addEventListener("input", suggest);
  field.addEventListener("blur", close);
  box.addEventListener("mousedown", (event) => event.preventDefault());
  return close;
}
