// The bell: counts what is unread and shows a toast for each new post that fits, within a moment.

import { call } from "../api.ts";
import { need } from "../dom.ts";
import { badge } from "../format.ts";
import { t, tn } from "../texts.ts";
import { showToast } from "../toasts.ts";
import type { Notification, Unread } from "../types.ts";

interface Page {
  items: Notification[];
}

export function bell(link: HTMLElement): void {
  const known = new Set<string>();
  let since = new Date().toISOString();

  const count = ({ unread }: Unread) => {
    const shown = need(link, ".badge");
    shown.textContent = badge(unread);
    shown.hidden = unread === 0;
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
  };
  const catchUp = async () => {
    const before = since;
    const [page, unread] = await Promise.all([
      call<Page>("GET", "/api/notifications"),
      call<Unread>("GET", "/api/notifications/unread"),
    ]);
    count(unread);
    for (const missed of page.items.reverse()) {
      if (!missed.read_at && missed.created_at > before) tell(missed);
    }
  };

  void listen(count, tell, () => void catchUp().catch(() => undefined));
}

async function listen(
  count: (unread: Unread) => void,
  tell: (told: Notification) => void,
  catchUp: () => void,
): Promise<void> {
  const { io } = await import("socket.io-client");
  const socket = io({ path: "/socket.io", transports: ["websocket"] });
  let connected = false;
  socket.on("connect", () => {
    document.documentElement.dataset.connected = "";
    if (connected) catchUp();
    connected = true;
  });
  socket.on("disconnect", () => {
    delete document.documentElement.dataset.connected;
  });
  socket.on("notification:new", tell);
  socket.on("notification:unread", count);
  socket.on("resync", catchUp);
}
