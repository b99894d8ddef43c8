// Modals and confirmation dialogs. <dialog> keeps the focus inside, reports Escape and restores the focus.
import { drawBlocks, filled } from "./blocks.js";
import { alike, h } from "./dom.js";
import { mrkdwn, plainText } from "./mrkdwn.js";

const modal = document.getElementById("modal");
const confirm = document.getElementById("confirm");
let drawn = "";

/** Draw the view on top, or none. Typed text stays when the view is drawn again. */
export function drawModal(view, names, ask) {
  if (!view) { drawn = ""; modal.close(); return; }
  const now = JSON.stringify(view);
  if (now === drawn) return;
  drawn = now;
  const typed = modal.querySelector("form")?.dataset.view === view.id ? filled(modal) : {};
  const focused = modal.contains(document.activeElement) ? document.activeElement : null;
  const nth = alike(modal, focused).indexOf(focused);
  modal.replaceChildren(form(view, names, ask));
  for (const [name, value] of Object.entries(typed)) {
    const field = modal.querySelector(`[name="${CSS.escape(name)}"]`);
    if (field && typeof value === "string") field.value = value;
  }
  if (!modal.open) modal.showModal();
  const field = modal.querySelector(".error")?.parentElement.querySelector("[name]") ?? document.getElementById(focused?.id);
  (modal.contains(field) ? field : alike(modal, focused)[nth] ?? modal.querySelector("[name]") ?? modal.querySelector("button"))?.focus();
}

function form(view, names, ask) {
  const close = () => ask("close", { view: view.id });
  const act = async (block_id, element, option) => {
    if (element.confirm && !(await confirmed(element.confirm, names))) return;
    ask("click", { view: view.id, block_id, action_id: element.action_id, option, filled: filled(modal) });
  };
  const submit = async (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (button) button.disabled = true;
    await ask("submit", { view: view.id, filled: filled(modal) });
    if (button) button.disabled = false;
  };
  modal.oncancel = (event) => { event.preventDefault(); close(); };
  return h("form", { onsubmit: submit, "data-view": view.id },
    h("header", {}, h("h2", { id: "modal-title" }, plainText(view.title ?? "")), h("button", { type: "button", class: "icon", "aria-label": "Close", onclick: close }, "✕")),
    h("div", { class: "modal-body", tabindex: "0", role: "group", "aria-label": "Content" },
      drawBlocks(view.blocks, { ...names, act, errors: view.errors }),
      view.warning && h("p", { class: "error", role: "alert" }, view.warning)),
    h("footer", {},
      h("button", { type: "button", class: "button", onclick: close }, plainText(view.close ?? "Close")),
      view.submit && h("button", { class: "button primary" }, plainText(view.submit))));
}

/** Show a `confirm` object as a dialog. True when the person confirms. */
export function confirmed({ title, text, confirm: yes, deny, style }, names) {
  return new Promise((resolve) => {
    confirm.returnValue = "";
    confirm.onclose = () => resolve(confirm.returnValue === "yes");
    confirm.replaceChildren(h("form", { method: "dialog" },
      h("header", {}, h("h2", { id: "confirm-title" }, plainText(title.text))),
      h("div", { class: "modal-body" }, text.type === "mrkdwn" ? mrkdwn(text.text, names) : plainText(text.text)),
      h("footer", {}, h("button", { class: "button", value: "no" }, plainText(deny?.text ?? "Cancel")),
        h("button", { class: `button ${style ?? "primary"}`, value: "yes" }, plainText(yes?.text ?? "Yes")))));
    confirm.showModal();
  });
}
