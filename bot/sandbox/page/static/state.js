// What this browser knows: who one acts as, where one stands, and the last snapshot of what there is to see.
import { toast } from "./dom.js";

/**
 * `home` is whose App Home is open, if it is; the app hears of it each time somebody opens theirs.
 * `acted` is the message on which something was pressed last: whoever pressed wants to see what becomes of it.
 */
export const here = { actor: localStorage.actor ?? "", channel: "", thread: null, home: null, acted: "", snapshot: null };

/** Ask the sandbox to do something as the person of the moment. */
export async function ask(wish, body) {
  const response = await fetch(`/page/${wish}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Sandbox": "1" },
    body: JSON.stringify({ as: here.snapshot.me, ...body }),
  });
  if (!response.ok) toast((await response.json()).error);
}

export const $ = (id) => document.getElementById(id);

export const room = () => here.snapshot.channels.find((each) => each.id === here.channel);

/** Users and channels by their ids, for mentions. */
export const names = () => ({
  users: here.snapshot.users,
  channels: Object.fromEntries(here.snapshot.channels.map((each) => [each.id, each.name])),
});
