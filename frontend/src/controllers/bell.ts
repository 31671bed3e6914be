// The bell: counts what is unread and shows a toast for each new post that fits, within a moment.

import { call } from "../api.ts";
import { need } from "../dom.ts";
import { badge } from "../format.ts";
import { line } from "../line.ts";
import { t, tn } from "../texts.ts";
import { showToast } from "../toasts.ts";
import type { Notification, Unread } from "../types.ts";
import { TOLD, UNREAD } from "./notifications.ts";

const AGAIN = 2000; // ms until what was missed is asked for once more

interface Page {
  items: Notification[];
}

export function bell(link: HTMLElement): void {
  const known = new Set<string>();
  let since = link.dataset.since ?? ""; // the server's time of the page, then that of the newest that was told
  let shown = Number(link.dataset.unread);

  const count = ({ unread }: Unread) => {
    shown = unread;
    window.dispatchEvent(new CustomEvent(UNREAD, { detail: unread }));
    const number = need(link, ".badge");
    number.textContent = badge(unread);
    number.hidden = unread === 0;
    link.setAttribute(
      "aria-label",
      unread > 0 ? tn("Notifications, {count} unread", "Notifications, {count} unread", unread) : t("Notifications"),
    );
  };
  const tell = (notification: Notification) => {
    if (known.has(notification.id)) return; // a resumed run emits its last page again
    known.add(notification.id);
    if (notification.created_at > since) since = notification.created_at;
    showToast(notification);
    window.dispatchEvent(new CustomEvent(TOLD));
  };
  /** Tells what was missed: the `newest` so many, or all since the last that was told. */
  const catchUp = async (newest: number | undefined, before: string) => {
    const [page, unread] = await Promise.all([
      call<Page>("GET", "/api/notifications"),
      call<Unread>("GET", "/api/notifications/unread"),
    ]);
    count(unread);
    const fresh = page.items.filter((item) => !item.read_at);
    const missed = newest === undefined ? fresh.filter((item) => item.created_at > before) : fresh.slice(0, newest);
    for (const item of missed.reverse()) tell(item);
  };
  const attempt = (newest?: number, before = since, tries = 5) => {
    catchUp(newest, before).catch(() => {
      if (tries > 1) setTimeout(() => attempt(newest, before, tries - 1), AGAIN);
    });
  };

  void listen(tell, {
    count: (unread, first) => {
      // Between the page and its line something may have come.
      if (first && unread.unread > shown) attempt(unread.unread - shown);
      else count(unread);
    },
    catchUp: () => attempt(),
  });
}

interface Counting {
  count: (unread: Unread, first: boolean) => void;
  catchUp: () => void;
}

async function listen(tell: (told: Notification) => void, counting: Counting): Promise<void> {
  const socket = await line();
  let connected = socket.connected;
  let counted = false;
  socket.on("connect", () => {
    if (connected) counting.catchUp();
    connected = true;
  });
  socket.on("notification:new", tell);
  socket.on("notification:unread", (unread: Unread) => {
    counting.count(unread, !counted);
    counted = true;
  });
  socket.on("resync", counting.catchUp);
}
