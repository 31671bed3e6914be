// A conversation that is open: what is heard, fetched, sent and read is shown once, in order.

import type { Socket } from "socket.io-client";
import { call } from "../api.ts";
import { need } from "../dom.ts";
import { LINE, line } from "../line.ts";
import { complain } from "../said.ts";
import { t, tn } from "../texts.ts";
import type { Message, MessagePage, PostSummary } from "../types.ts";
import { Announcer } from "./announce.ts";
import { place, postCard, type Scene, said, showRead, showState, unsent } from "./bubbles.ts";
import { Composer, type Written } from "./composer.ts";
import { browserShelf } from "./kept.ts";
import { Log } from "./log.ts";
import type { Outbox } from "./outbox.ts";
import { isOnline, PRESENCE, watchPresence } from "./presence.ts";
import { Scroll } from "./scroll.ts";
import { Typing } from "./typing.ts";

const AGAIN = 2000; // ms until what was missed is asked for once more
const TRIES = 5;
const ASLEEP = 20_000; // ms
const PAGE = 50;

interface Given {
  id: string;
  me: string;
  name: string;
  other: string | null;
  host: string;
  mine: number;
  theirs: number;
  first: number;
  last: number;
  unread: number;
  about: string | null;
  asked: PostSummary | null;
}

interface ReadMark {
  conversation_id: string;
  up_to: number;
  reader_id: string;
}

export function openThread(section: HTMLElement, outbox: Outbox): void {
  const given = JSON.parse(section.dataset.thread ?? "{}") as Given;
  void line().then((socket) => new Thread(section, given, outbox, socket).start());
}

class Thread {
  private readonly path: string;
  private readonly log: Log;
  private readonly scene: Scene;
  private readonly saidPlace: HTMLElement;
  private readonly unsentPlace: HTMLElement;
  private readonly scroll: Scroll;
  private readonly pill: HTMLButtonElement;
  private readonly announcer: Announcer;
  private composer: Composer | undefined;
  private typing: Typing | undefined;
  private missed = 0; // new messages below what is seen
  private marked: number; // up to here the server knows that it was read
  private toMark: number; // the last message of the other side
  private fetching = false;
  private askedMeanwhile = false; // a gap was seen, or the line came back, while something was being fetched

  constructor(
    private readonly section: HTMLElement,
    private readonly given: Given,
    private readonly outbox: Outbox,
    private readonly socket: Socket,
  ) {
    const careful = need<HTMLTemplateElement>(section, "[data-careful]");
    this.path = `/api/conversations/${given.id}`;
    this.log = new Log(given.last);
    this.marked = given.mine;
    this.toMark = given.unread > 0 ? given.last : 0;
    this.scene = {
      me: given.me,
      name: given.name,
      zone: section.dataset.zone ?? "Asia/Taipei",
      careful: () => careful.content.cloneNode(true),
    };
    this.saidPlace = need(section, ".said");
    this.unsentPlace = need(section, ".unsent-messages");
    this.pill = need<HTMLButtonElement>(section, ".pill");
    this.scroll = new Scroll(need(section, ".messages"), () => this.sawEnd());
    this.announcer = new Announcer(need(section, "[data-announce]"), given.name);
  }

  start(): void {
    this.listen();
    this.watchOnline();
    this.loadEarlier();
    const form = this.section.querySelector<HTMLFormElement>(".composer");
    if (form) this.startWriting(form);
    this.showUnsent();
    if (this.socket.connected) void this.catchUp();
    this.markRead();
  }

  private listen(): void {
    this.socket.on("connect", () => void this.catchUp());
    this.socket.on("resync", () => void this.catchUp());
    this.socket.on("message:new", (message: Message) => {
      if (message.conversation_id === this.given.id) this.take([message], true);
    });
    this.socket.on("message:read", (mark: ReadMark) => {
      if (mark.conversation_id === this.given.id && mark.reader_id !== this.given.me) this.wasRead(mark.up_to);
    });
    this.outbox.listen({
      changed: (conversation) => {
        if (conversation === this.given.id) this.showUnsent();
      },
      arrived: (message) => {
        if (message.conversation_id === this.given.id) this.take([message], false);
      },
    });
    this.pill.addEventListener("click", () => {
      this.scroll.toEnd();
      need<HTMLElement>(this.section, ".messages").focus({ preventScroll: true }); // the pill goes, its focus must not
      this.sawEnd();
    });
    for (const event of ["focus", "pageshow"]) window.addEventListener(event, () => this.markRead());
    let hidden = 0;
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") hidden = Date.now();
      else if (Date.now() - hidden > ASLEEP) void this.catchUp(); // the line may be dead without knowing
      this.markRead();
    });
    this.section.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
      if (this.section.querySelector(":popover-open")) return;
      const row = document.querySelector<HTMLElement>(".conversations [aria-current]");
      (row?.checkVisibility() ? row : this.section.querySelector<HTMLElement>(".back"))?.focus();
    });
  }

  /** Takes what came, however often; shows what follows, and fetches what lies between. */
  private take(messages: Message[], isNews: boolean): void {
    for (const message of messages) {
      this.outbox.settle(message);
      for (const follows of this.log.receive(message)) this.show(follows, isNews);
    }
    if (this.log.hasGap) void this.catchUp();
    this.markRead();
  }

  private show(message: Message, isNews: boolean): void {
    const mine = message.sender_id === this.given.me;
    const own =
      mine && message.client_id && this.unsentPlace.querySelector(`[data-client="${CSS.escape(message.client_id)}"]`);
    this.section.querySelector("[data-nothing]")?.remove();
    this.scroll.keeping(() => {
      if (own) own.remove();
      const element = said(message, this.given.theirs, this.scene);
      const before = this.lastSaid();
      this.saidPlace.append(element);
      place(element, before, this.scene);
    });
    if (message.post) this.showAbout(message.post);
    if (mine) return;
    this.toMark = message.number;
    this.typing?.hear(false);
    if (isNews) this.announcer.heard(message.body);
    if (!this.scroll.isAtEnd) {
      this.missed += 1;
      this.pill.textContent = tn("{count} new message", "{count} new messages", this.missed);
      this.pill.hidden = false;
    }
  }

  /** Fetches everything after the last message shown, page by page. */
  private async catchUp(tries = TRIES): Promise<void> {
    this.askedMeanwhile = true;
    if (this.fetching) return;
    this.fetching = true;
    try {
      const now = await call<{ read_up_to: { theirs: number } }>("GET", this.path);
      this.wasRead(now.read_up_to.theirs);
      let idle = 0; // pages that brought nothing
      for (let more = true; more; ) {
        this.askedMeanwhile = false;
        const after = this.log.last;
        const page = await call<MessagePage>("GET", `${this.path}/messages?after=${after}&limit=${PAGE}`);
        this.take(page.items, true);
        idle = this.log.last > after ? 0 : idle + 1;
        more = (this.askedMeanwhile || page.has_after) && idle < TRIES;
      }
    } catch {
      if (tries > 1) setTimeout(() => void this.catchUp(tries - 1), AGAIN);
    } finally {
      this.fetching = false;
    }
    this.markRead();
  }

  /** Earlier messages come on top as one scrolls up to them; nothing that is seen moves. */
  private loadEarlier(): void {
    const link = this.section.querySelector<HTMLAnchorElement>(".earlier a");
    if (!link) return;
    let first = this.given.first;
    const load = async () => {
      if (link.getAttribute("aria-busy") === "true") return;
      link.setAttribute("aria-busy", "true");
      try {
        const page = await call<MessagePage>("GET", `${this.path}/messages?before=${first}&limit=${PAGE}`);
        first = page.items[0]?.number ?? first;
        this.putOnTop(page.items);
        if (!page.has_before) {
          observer.disconnect();
          if (document.activeElement === link) need<HTMLElement>(this.section, ".messages").focus();
          link.parentElement?.remove();
        }
      } catch (error) {
        observer.disconnect(); // until it is pressed, or the line is back
        complain(error);
        return;
      } finally {
        link.removeAttribute("aria-busy");
      }
      look();
    };
    const look = () => {
      observer.unobserve(link); // seen anew where it is still near
      if (link.isConnected) observer.observe(link);
    };
    window.addEventListener(LINE, (event) => (event as CustomEvent<boolean>).detail && look());
    link.addEventListener("click", (event) => {
      event.preventDefault();
      void load();
    });
    const observer = this.scroll.whenNear(link, () => void load());
  }

  private putOnTop(messages: Message[]): void {
    const top = this.saidPlace.querySelector<HTMLElement>(".message") ?? undefined;
    const start = this.saidPlace.firstChild;
    let before: HTMLElement | undefined;
    for (const message of messages) {
      const element = said(message, this.given.theirs, this.scene);
      this.saidPlace.insertBefore(element, start);
      place(element, before, this.scene);
      before = element;
    }
    if (top) place(top, before, this.scene);
  }

  private startWriting(form: HTMLFormElement): void {
    const typing = new Typing(this.socket, this.given.id, (isTyping) => {
      this.scroll.keeping(() => {
        need(this.section, ".typing").hidden = !isTyping;
      });
    });
    this.typing = typing;
    this.composer = new Composer(form, this.section, browserShelf(), this.given.me, this.given.id, this.given.asked, {
      key: () => typing.key(),
      say: (text) => this.announcer.say(text),
      declined: () => void this.forgetPost(),
      send: (written) => {
        typing.stop();
        this.send(written);
      },
    });
    this.showLine(form);
  }

  private send(written: Written): void {
    this.outbox.add({ conversation_id: this.given.id, ...written });
    this.scroll.toEnd();
    this.sawEnd();
  }

  /** Says above the composer where messages wait, and why. */
  private showLine(form: HTMLFormElement): void {
    const note = need(form, "[data-line]");
    const show = (text: string) => {
      this.scroll.keeping(() => {
        note.textContent = text;
        note.hidden = text === "";
      });
    };
    const judge = () => {
      if (isSignedOut) show(t("You are signed out. Sign in again to write."));
      else if (!navigator.onLine || !this.socket.connected) show(t("No connection. Messages wait here."));
      else if (this.isSlow()) show(t("You write faster than messages may be sent. The rest goes out in a moment."));
      else show("");
    };
    let isSignedOut = false;
    this.socket.on("connect", () => {
      isSignedOut = false;
    });
    this.socket.on("connect_error", ({ message }) => {
      if (message !== "not_signed_in") return;
      isSignedOut = true;
      judge();
    });
    let patience = 0;
    window.addEventListener(LINE, (event) => {
      clearTimeout(patience);
      if ((event as CustomEvent<boolean>).detail) judge();
      else patience = window.setTimeout(judge, 1500); // a server that restarts is back at once
    });
    window.addEventListener("offline", judge);
    window.addEventListener("online", judge);
    this.outbox.listen({ changed: () => this.socket.connected && judge(), arrived: () => undefined });
    if (!navigator.onLine) judge();
  }

  private isSlow(): boolean {
    return this.outbox.items(this.given.id).some((message) => this.outbox.state(message) === "slow");
  }

  /** Shows what is on its way under everything that has arrived, in the order in which it goes out. */
  private showUnsent(): void {
    const items = this.outbox.items(this.given.id);
    const kept = new Set(items.map((item) => item.client_id));
    this.scroll.keeping(() => {
      for (const old of [...this.unsentPlace.children] as HTMLElement[]) {
        if (!kept.has(old.dataset.client ?? "")) old.remove();
      }
      for (const item of items) {
        let element = this.unsentPlace.querySelector<HTMLElement>(`[data-client="${CSS.escape(item.client_id)}"]`);
        if (!element) {
          element = unsent(item);
          this.unsentPlace.append(element);
          this.section.querySelector("[data-nothing]")?.remove();
        }
        const before = element.dataset.state;
        const { composer } = this;
        const edit = composer && {
          edit: () => {
            this.outbox.drop(item);
            composer.restore(item.body, item.photos);
          },
        };
        showState(element, this.outbox.state(item), item.refused, { again: () => this.outbox.retry(item), ...edit });
        if (item.refused !== null && before !== "refused") this.announcer.say(`${t("Not sent.")} ${item.refused}`);
      }
    });
  }

  private wasRead(upTo: number): void {
    if (upTo <= this.given.theirs) return;
    const from = this.given.theirs;
    this.given.theirs = upTo;
    for (const element of this.saidPlace.querySelectorAll<HTMLElement>(".message.mine")) {
      const number = Number(element.dataset.number);
      if (number > from && number <= upTo) showRead(element, true);
    }
  }

  private sawEnd(): void {
    this.missed = 0;
    this.pill.hidden = true;
    this.markRead();
  }

  /** Only what stands before somebody's eyes counts as read. */
  private markRead(): void {
    const number = this.toMark;
    const seen = document.visibilityState === "visible" && document.hasFocus() && this.scroll.isAtEnd;
    if (!seen || number <= this.marked || !this.socket.connected) return;
    const before = this.marked;
    this.marked = number;
    const mark = { conversation_id: this.given.id, up_to: number };
    this.socket.timeout(AGAIN * TRIES).emit("message:read", mark, (fault: Error | null, answer?: { ok?: boolean }) => {
      if (fault || !answer?.ok) this.marked = Math.min(this.marked, before); // the next look tries again
    });
  }

  private watchOnline(): void {
    const word = need(this.section, "[data-online]");
    const about = need(this.section, "[data-offline]");
    const show = () => {
      const online = isOnline(this.given.other);
      word.hidden = !online;
      about.hidden = online;
    };
    window.addEventListener(PRESENCE, show);
    void watchPresence().then(show);
  }

  private showAbout(post: PostSummary): void {
    if (this.given.about === post.id) return;
    this.given.about = post.id;
    this.section.querySelector(":scope > .about")?.remove();
    need(this.section, ".talk").before(postCard(post, "about"));
  }

  /** A conversation in which nothing is said stands under the post that it was started from: not any more. */
  private async forgetPost(): Promise<void> {
    if (this.log.last > 0 || this.given.about !== this.given.asked?.id) return;
    try {
      await call("POST", "/api/conversations", { host_id: this.given.host });
      this.given.about = null;
      this.section.querySelector(":scope > .about")?.remove();
    } catch (error) {
      complain(error);
    }
  }

  private lastSaid(): HTMLElement | undefined {
    return [...this.saidPlace.querySelectorAll<HTMLElement>(".message")].pop();
  }
}
