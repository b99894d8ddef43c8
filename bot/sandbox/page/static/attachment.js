// Attachments, from unfurled links and older apps: a colour bar beside text, fields or blocks.
import { drawBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { link, mrkdwn, plainText } from "./mrkdwn.js";

/** Slack's named colours. All others are `#rrggbb`. */
const NAMED = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };

export function attachment(part, context) {
  const node = h("div", { class: "attachment" },
    part.pretext && h("p", {}, mrkdwn(part.pretext, context)),
    (part.service_name || part.author_name) && h("p", { class: "note" }, plainText(part.service_name ?? part.author_name)),
    part.title && h("p", { class: "title" }, part.title_link ? link(part.title_link, plainText(part.title)) : h("b", {}, plainText(part.title))),
    part.text && h("div", {}, mrkdwn(part.text, context)),
    part.fields && h("div", { class: "fields" }, part.fields.map((field) =>
      h("div", { class: field.short ? "" : "long" }, h("b", {}, field.title), h("div", {}, mrkdwn(field.value, context))))),
    part.blocks && h("div", { class: "content" }, drawBlocks(part.blocks, context)),
    part.image_url && h("span", { class: "picture" }, "🖼 Picture"),
    part.actions && h("span", { class: "unknown", "data-type": "attachment actions" }, "This page can't show attachment actions"),
    part.footer && h("p", { class: "note" }, plainText(part.footer)),
    part.is_app_unfurl && h("p", { class: "note" }, "Added by Order Desk"));
  if (!node.childElementCount) node.append(part.fallback ?? "Empty attachment");
  const colour = NAMED[part.color] ?? (/^#?[0-9a-f]{6}$/i.test(part.color ?? "") ? `#${part.color.replace("#", "")}` : null);
  if (colour) node.style.setProperty("--bar", colour);
  return node;
}
