// The list of notifications: opening one reads it, one button reads all.

import { call } from "../api.ts";
import { icon, make, need } from "../dom.ts";
import { busy } from "../forms.ts";
import { read, readBefore } from "../reading.ts";
import { complain, say } from "../said.ts";
import { t } from "../texts.ts";

/** The bell tells by this event on the window how many are unread, and that one more has come. */
export const UNREAD = "haloop:unread";
export const TOLD = "haloop:told";

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
  const unread = [...list.querySelectorAll<HTMLElement>(".notification.new")];
  const late = readBefore(unread.map((item) => item.dataset.id ?? ""));
  for (const item of unread) if (late.includes(item.dataset.id ?? "")) markRead(item);
  list.addEventListener("click", follow);
  list.addEventListener("auxclick", follow);
  window.addEventListener(UNREAD, (event) => {
    if ((event as CustomEvent<number>).detail > 0) return; // read on another device, or in another tab
    for (const item of list.querySelectorAll(".notification.new")) markRead(item);
  });
  window.addEventListener(TOLD, () => showNewer(list));
  // Back from a post the browser may show the page as it was left; the answer itself is never kept.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
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

/** Something newer has come: a link to it, which moves nothing that is being read. */
function showNewer(list: HTMLElement): void {
  if (list.querySelector("[data-newer]")) return;
  const link = make("a", { href: location.pathname }, t("Show what is new"));
  need(list, ".page-head").after(make("p", { class: "note", role: "status", "data-newer": true }, icon("bell"), link));
}
