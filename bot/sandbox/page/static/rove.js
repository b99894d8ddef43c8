// One stop for Tab in a list of messages, however long it is. Arrow keys go from message to message.
// Only the controls of the current message are stops, so Tab goes on from it into its buttons.

const CONTROLS = "button:not([role=menuitem]), summary, a, select, input, textarea";

/** Make the messages of a list its stops. Call the result after each drawing. */
export function roving(box) {
  let [current, newest] = ["", ""];

  function mark(node) {
    current = node?.dataset.key ?? "";
    for (const each of box.querySelectorAll(":scope > .message")) {
      for (const stop of [each, ...each.querySelectorAll(CONTROLS)]) stop.setAttribute("tabindex", each === node ? "0" : "-1");
    }
  }

  function drawn() {
    const messages = [...box.querySelectorAll(":scope > .message")];
    const last = messages.at(-1);
    const arrived = last?.dataset.key !== newest && !box.contains(document.activeElement);
    newest = last?.dataset.key ?? "";
    mark((!arrived && messages.find((each) => each.dataset.key === current)) || last);
  }

  box.addEventListener("focusin", ({ target }) => mark(target.closest(".message")));
  box.addEventListener("keydown", (event) => {
    if (!event.target.matches(".message")) return;
    const messages = [...box.querySelectorAll(":scope > .message")];
    const at = messages.indexOf(event.target);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: messages.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    messages[next]?.focus();
  });
  return drawn;
}
