// The state of this browser: the acting person, the open conversation and thread, and the last snapshot.
import { toast } from "./dom.js";

/**
 * `home` is the person whose App Home is open, else null. The app gets an event each time it is opened.
 * `acted` is the message on which a button was pressed last. It is kept visible, so that its change is seen.
 */
export const here = { actor: localStorage.actor ?? "", channel: "", thread: null, home: null, acted: "", snapshot: null };

/** Ask the sandbox to do something as the acting person. */
export async function ask(wish, body) {
  const response = await fetch(`/page/${wish}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Sandbox": "1" },
    body: JSON.stringify({ as: here.snapshot.me, ...body }),
  });
  if (!response.ok) toast((await response.json()).error);
}

/** The time of the demo, in milliseconds. The page can move it ahead. */
export const now = () => Date.now() + (here.snapshot?.days_ahead ?? 0) * 86400000;

export const $ = (id) => document.getElementById(id);

export const room = () => here.snapshot.channels.find((each) => each.id === here.channel);

/** Users and channels by ID, for mentions, and the conversations that this person can open. */
export const names = () => ({
  users: here.snapshot.users,
  conversations: here.snapshot.channels,
  channels: Object.fromEntries(here.snapshot.channels.map((each) => [each.id, each.name])),
});
