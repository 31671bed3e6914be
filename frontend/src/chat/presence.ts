// Who is there: a dot at the faces of those who share a conversation, as long as the line is open.

import { line } from "../line.ts";

/** Tells on the window who came or went. */
export const PRESENCE = "haloop:presence";

export interface Presence {
  account_id: string;
  online: boolean;
}

const there = new Set<string>();
let watching = false;

export function isOnline(account: string | null): boolean {
  return account !== null && there.has(account);
}

/** Keeps the dots of the page; called by each part of it that shows faces. */
export async function watchPresence(): Promise<void> {
  if (watching) return;
  watching = true;
  const socket = await line();
  const show = (account: string, online: boolean) => {
    if (online) there.add(account);
    else there.delete(account);
    for (const face of document.querySelectorAll(`[data-account="${CSS.escape(account)}"]`)) {
      face.classList.toggle("online", online);
    }
    window.dispatchEvent(new CustomEvent(PRESENCE, { detail: { account_id: account, online } }));
  };
  socket.on("presence", ({ account_id, online }: Presence) => show(account_id, online));
  socket.on("disconnect", () => {
    for (const account of [...there]) show(account, false); // the next connection tells anew
  });
}
