// Messages: their number in the header and what waits to be sent, on every page; the list and the thread on theirs.

import { call } from "../api.ts";
import { calmly } from "../chat/calmly.ts";
import { browserShelf } from "../chat/kept.ts";
import { Outbox } from "../chat/outbox.ts";
import { send } from "../chat/sending.ts";
import { need } from "../dom.ts";
import { badge } from "../format.ts";
import { LINE, line } from "../line.ts";
import { t, tn } from "../texts.ts";
import type { Message, Unread } from "../types.ts";

let kept: Outbox | undefined;

/** The one outbox of the page. */
function outbox(): Outbox {
  const giveUp = () => t("The server has a problem. Try again later.");
  kept ??= new Outbox(browserShelf(), document.body.dataset.signedIn ?? "", send, giveUp);
  return kept;
}

interface UnreadMessages {
  conversation_id: string | null;
  unread: number | null;
  total: number;
}

export function messages(link: HTMLElement): void {
  const count = calmly((total) => {
    const number = need(link, ".badge");
    number.textContent = badge(total);
    number.hidden = total === 0;
    const label = tn("Messages, {count} unread", "Messages, {count} unread", total);
    link.setAttribute("aria-label", total > 0 ? label : t("Messages"));
  }, Number(link.dataset.unread));
  const own = outbox();
  window.addEventListener(LINE, (event) => (event as CustomEvent<boolean>).detail && own.wake());
  void line().then((socket) => {
    socket.on("conversation:unread", ({ total }: UnreadMessages) => count(total));
    socket.on("message:new", (message: Message) => own.settle(message));
    socket.on("resync", () => {
      call<Unread>("GET", "/api/conversations/unread").then(
        ({ unread }) => count(unread),
        () => undefined, // the next event counts
      );
    });
  });
  window.addEventListener("storage", ({ key }) => key && own.changedElsewhere(key));
  own.wake();
}

export function conversations(nav: HTMLElement): void {
  void import("../chat/list.ts").then(({ liveList }) => liveList(nav));
}

export function thread(section: HTMLElement): void {
  const own = outbox();
  void import("../chat/thread.ts").then(({ openThread }) => openThread(section, own));
}
