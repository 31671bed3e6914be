// The list of notifications: opening one reads it, one button reads all.

import { call } from "../api.ts";
import { busy } from "../forms.ts";
import { complain, say } from "../said.ts";
import { t } from "../texts.ts";
import { read } from "../toasts.ts";

export function notifications(list: HTMLElement): void {
  const markRead = (item: Element) => {
    item.classList.remove("new");
    item.querySelector("[data-unread]")?.remove();
  };
  const follow = (event: Event) => {
    const item = (event.target as Element).closest<HTMLElement>(".notification.new");
    if (!item?.dataset.id || !(event.target as Element).closest("a")) return;
    read([item.dataset.id]);
    markRead(item);
  };
  list.addEventListener("click", follow);
  list.addEventListener("auxclick", follow);
  const all = list.querySelector<HTMLButtonElement>("[data-read-all]");
  all?.addEventListener("click", () => {
    void busy(all, async () => {
      try {
        await call("POST", "/api/notifications/read", { all: true });
      } catch (error) {
        complain(error);
        return;
      }
      for (const item of list.querySelectorAll(".notification.new")) markRead(item);
      all.remove();
      say(t("All read."));
    });
  });
}
