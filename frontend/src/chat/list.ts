// The list of conversations, live: what is said last stands on top, with what is unread.

import { call } from "../api.ts";
import { language, make, need } from "../dom.ts";
import { badge, local, shortDay } from "../format.ts";
import { line } from "../line.ts";
import { t, tn } from "../texts.ts";
import type { Conversation, Message } from "../types.ts";
import { calmly } from "./calmly.ts";
import { isOnline, watchPresence } from "./presence.ts";

const STEPS: Record<string, number> = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };
const AGAIN = 2000; // ms until the list is asked for once more
const PAGE = 50;

export function liveList(nav: HTMLElement): void {
  void line().then((socket) => {
    const list = new List(nav);
    let connected = socket.connected;
    if (connected) list.refresh(); // something may have been said before this was listening
    socket.on("connect", () => {
      if (connected) list.refresh();
      connected = true;
    });
    socket.on("resync", () => list.refresh());
    socket.on("message:new", (message: Message) => list.heard(message));
    socket.on(
      "conversation:unread",
      ({ conversation_id: id, unread }: { conversation_id: string | null; unread: number }) => {
        if (id) list.count(id, unread);
      },
    );
    void watchPresence();
  });
}

class List {
  private readonly rows: HTMLElement;
  private readonly zone: string;
  private readonly counts = new WeakMap<HTMLElement, (count: number) => void>();
  private readonly heardTo = new Map<string, number>(); // by conversation: the number of its newest message
  private readonly me = document.body.dataset.signedIn ?? "";

  constructor(private readonly nav: HTMLElement) {
    this.rows = need(nav, "#conversations");
    this.zone = nav.dataset.zone ?? "Asia/Taipei";
    this.rows.addEventListener("keydown", (event) => this.walk(event));
  }

  heard(message: Message): void {
    const row = this.row(message.conversation_id);
    this.heardTo.set(message.conversation_id, message.number);
    if (row) {
      this.say(row, message);
      this.toTop(row);
    } else {
      call<Conversation>("GET", `/api/conversations/${message.conversation_id}`).then(
        (conversation) => this.put(conversation),
        () => undefined, // the next connection brings the list anew
      );
    }
  }

  count(id: string, unread: number): void {
    const row = this.row(id);
    if (!row) return;
    let show = this.counts.get(row);
    if (!show) {
      const first = row.querySelector(".new") ? Number.parseInt(need(row, "[data-unread]").textContent ?? "0", 10) : 0;
      show = calmly((count) => {
        need(row, "[data-unread]").textContent = badge(count);
        need(row, ".badge").hidden = count === 0;
        need(row, "a").classList.toggle("new", count > 0);
      }, first);
      this.counts.set(row, show);
    }
    show(unread);
  }

  /** Fetches what was said last where something may have been missed. */
  refresh(tries = 5): void {
    call<{ items: Conversation[] }>("GET", `/api/conversations?limit=${PAGE}`).then(
      ({ items }) => {
        for (const conversation of items.reverse()) {
          if (conversation.last_number > 0 || this.row(conversation.id)) this.put(conversation);
        }
      },
      () => tries > 1 && setTimeout(() => this.refresh(tries - 1), AGAIN),
    );
  }

  /** Shows a conversation on top, whether it is new here or not; not as it was before what has been heard since. */
  private put(conversation: Conversation): void {
    if (conversation.last_number < (this.heardTo.get(conversation.id) ?? 0)) return;
    const row = this.row(conversation.id) ?? this.newRow(conversation);
    if (conversation.last_message) this.say(row, conversation.last_message);
    this.toTop(row);
    this.count(conversation.id, conversation.unread);
  }

  private newRow(conversation: Conversation): HTMLElement {
    const template = need<HTMLTemplateElement>(document, "[data-row]");
    const row = need<HTMLElement>(template.content, "li").cloneNode(true) as HTMLElement;
    const helps = conversation.my_side === "helper";
    const other = helps ? conversation.host : conversation.helper;
    const account = helps ? conversation.host.account_id : conversation.helper.id;
    row.dataset.conversation = conversation.id;
    const link = need<HTMLAnchorElement>(row, "a");
    link.href = `/messages/${conversation.id}`;
    if (conversation.id === this.nav.dataset.current) link.setAttribute("aria-current", "page");
    need(row, "strong").textContent = other.name;
    const face = need(row, ".face");
    if (account) face.dataset.account = account;
    face.classList.toggle("online", isOnline(account));
    const letter = [...other.name][0] ?? "";
    face.append(
      other.photo
        ? make("img", { class: "avatar", src: other.photo.thumbnail_url, alt: "", width: "40", height: "40" })
        : make("span", { class: helps ? "avatar mango" : "avatar", "aria-hidden": "true" }, letter.toUpperCase()),
    );
    if ("both" in this.nav.dataset) {
      need(row, ".side").textContent = helps ? t("You help") : t("You host");
      need(row, ".side").hidden = false;
    }
    this.rows.append(row);
    this.nav.querySelector(".empty")?.setAttribute("hidden", "");
    return row;
  }

  private say(row: HTMLElement, message: Message): void {
    const photos = tn("{count} photo", "{count} photos", message.photos.length);
    const words = message.body.split(/\s+/).join(" ") || photos;
    const mine = message.sender_id === this.me;
    need(row, "[data-last]").textContent = mine ? t("You: {words}", { words }) : words;
    const { day, time } = local(message.sent_at, this.zone);
    const today = local(new Date(), this.zone).day;
    need(row, "[data-when]").textContent = day >= today ? time : shortDay(day, today, language());
  }

  private toTop(row: HTMLElement): void {
    if (this.rows.firstElementChild === row) return;
    const focused = row.contains(document.activeElement) ? (document.activeElement as HTMLElement) : undefined;
    this.rows.prepend(row);
    focused?.focus();
  }

  private row(id: string): HTMLElement | null {
    return this.rows.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(id)}"]`);
  }

  private walk(event: KeyboardEvent): void {
    const by = STEPS[event.key];
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const links = [...this.rows.querySelectorAll<HTMLElement>("a")];
    const at = links.indexOf(document.activeElement as HTMLElement);
    links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  }
}
