// Writing: a draft that is kept, Enter that sends but never while an input method composes, photos, the post asked about.

import { need } from "../dom.ts";
import { t, tn } from "../texts.ts";
import type { Photo, PostSummary } from "../types.ts";
import { draftName, type Shelf } from "./kept.ts";
import { Picked } from "./picked.ts";

const TAB = "    ";

export interface Written {
  body: string;
  photos: Photo[];
  post: PostSummary | null;
}

interface Ears {
  key: () => void;
  send: (written: Written) => void;
  say: (text: string) => void;
  /** The post is not asked about after all. */
  declined: () => void;
}

export class Composer {
  private readonly words: HTMLTextAreaElement;
  private readonly button: HTMLButtonElement;
  private readonly picked: Picked;
  private readonly draft: string;
  private readonly most: number;

  constructor(
    private readonly form: HTMLFormElement,
    place: HTMLElement,
    private readonly shelf: Shelf,
    account: string,
    conversation: string,
    private readonly asked: PostSummary | null,
    private readonly ears: Ears,
  ) {
    this.words = need<HTMLTextAreaElement>(form, "textarea");
    this.button = need<HTMLButtonElement>(form, ".send");
    this.draft = draftName(account, conversation);
    this.most = Number(form.dataset.bodyMost);
    this.picked = new Picked(form, place, () => this.judge(), ears.say);
    const kept = shelf.get(this.draft);
    if (kept !== null && !this.words.value) this.words.value = kept;
    this.listen();
    this.judge();
  }

  focus(): void {
    this.words.focus();
  }

  /** Takes a message back to be changed. */
  restore(body: string, photos: Photo[]): void {
    this.words.value = [body, this.words.value].filter(Boolean).join("\n");
    this.picked.restore(photos);
    this.keep();
    this.judge();
    this.focus();
  }

  private listen(): void {
    const touch = matchMedia("(hover: none) and (pointer: coarse)"); // its keyboard has no other way to a new line
    this.words.addEventListener("input", () => {
      this.keep();
      this.judge();
      if (this.words.value.trim()) this.ears.key();
    });
    this.words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229 || touch.matches)
        return;
      event.preventDefault();
      this.send();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
      this.focus();
    });
    this.form.querySelector(".asked button")?.addEventListener("click", () => {
      this.forgetAsked();
      this.ears.declined();
      this.focus();
    });
  }

  /** As it is sent: a message has no tabs. */
  private get body(): string {
    return this.words.value.replaceAll("\t", TAB).trim();
  }

  private send(): void {
    const { body } = this;
    const written = this.words.value;
    const photos = this.picked.ready;
    if (!this.judge() || (!body && photos.length === 0)) return;
    const asks = this.form.querySelector(".asked") !== null;
    this.ears.send({ body, photos, post: asks ? this.asked : null });
    this.words.value = "";
    this.picked.clear();
    this.forgetAsked();
    if (this.shelf.get(this.draft) === written) this.shelf.remove(this.draft); // else another window writes on
    this.judge();
  }

  /** Whether what is written can be sent; says what is in the way. */
  private judge(): boolean {
    const tooMany = [...this.body].length - this.most;
    if (tooMany > 0) this.words.setAttribute("aria-invalid", "true");
    else this.words.removeAttribute("aria-invalid");
    const note = need(this.form, "[data-length]");
    const sendable = tooMany <= 0 && !this.picked.isGoing && !this.picked.isWaiting;
    note.hidden = sendable;
    if (tooMany > 0) note.textContent = tn("{count} character too many.", "{count} characters too many.", tooMany);
    else if (this.picked.isGoing) note.textContent = t("The photos are on their way.");
    else if (this.picked.isWaiting)
      note.textContent = t("The photos wait for the connection, and the message with them.");
    else note.textContent = "";
    this.button.setAttribute("aria-disabled", String(!sendable));
    return sendable;
  }

  private keep(): void {
    if (this.words.value.trim()) this.shelf.set(this.draft, this.words.value);
    else this.shelf.remove(this.draft);
  }

  private forgetAsked(): void {
    const asked = this.form.querySelector(".asked");
    if (!asked) return;
    asked.remove();
    history.replaceState(null, "", location.pathname);
  }
}
