// Writing a post: a draft is saved as the host types, a published post when they say so; two tabs never overwrite
// one another unasked.

import { call, idempotencyKey, Problem } from "../api.ts";
import { icon, language, make, need } from "../dom.ts";
import { busy, clearProblem, onSubmit, showProblem } from "../forms.ts";
import { type Body, bodyOf, differing, missing } from "../post-body.ts";
import { sayLater } from "../said.ts";
import { msg, t, tn } from "../texts.ts";
import type { Post } from "../types.ts";
import { photosOf } from "./uploads.ts";

const PAUSE = 1200; // ms between the last change and saving
const AGAIN = 5000; // ms until a draft is sent again that did not arrive

export function postForm(element: HTMLElement): void {
  new PostForm(element as HTMLFormElement).start();
}

class PostForm {
  private readonly status: HTMLElement;
  private saved: string;
  private created: { body: string; key: string } | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private timer = 0;
  private conflict: HTMLElement | undefined;
  private leaving = false;

  constructor(private readonly form: HTMLFormElement) {
    this.status = need(form, "[data-save-status]");
    this.saved = JSON.stringify(bodyOf(form));
  }

  start(): void {
    for (const kind of ["input", "change"]) this.form.addEventListener(kind, () => this.changed());
    onSubmit(this.form, "", async (button) => {
      if (photosOf(need(this.form, "[data-controller=uploads]")).going) {
        this.status.textContent = t("Wait until the photos are there.");
        return;
      }
      if (button.getAttribute("value") === "publish") await this.guarded(() => this.publish());
      else await this.guarded(() => this.save());
    });
    window.addEventListener("beforeunload", (event) => {
      if (!this.leaving && this.written() !== this.saved) event.preventDefault();
    });
    window.addEventListener("online", () => this.later(0));
    this.showMissing();
    // An address never publishes (any site could link to it): it leads to what is missing.
    if (location.hash === "#missing") need(this.form, "[data-missing]").querySelector("a")?.focus();
  }

  private written(): string {
    return JSON.stringify(bodyOf(this.form));
  }

  private changed(): void {
    this.showMissing();
    if (this.written() !== this.saved) this.later(PAUSE);
  }

  /** What is published is seen at once, so that is saved by its button alone. */
  private later(pause: number): void {
    clearTimeout(this.timer);
    if (this.form.dataset.status === "published" || this.conflict) return;
    this.timer = window.setTimeout(() => void this.autosave(), pause);
  }

  private async autosave(): Promise<void> {
    const body = bodyOf(this.form);
    if (JSON.stringify(body) === this.saved) return;
    if (!String(body.title).trim()) {
      this.status.textContent = t("Give it a title, and it is saved as you write.");
      return;
    }
    this.status.textContent = t("Saving …");
    try {
      await this.save();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 412) this.showConflict();
      else if (error.status === 0 || error.status >= 500) this.sendAgain();
      else this.status.textContent = t("Not saved: {why}", { why: error.errors[0]?.msg ?? error.detail });
    }
  }

  private sendAgain(): void {
    this.status.textContent = t("Not saved yet: no connection. It is tried again by itself.");
    this.later(AGAIN);
  }

  /** One save after the other; each sends what the form holds when its turn has come. */
  private save(): Promise<void> {
    clearTimeout(this.timer);
    const turn = this.last.then(
      () => this.send(),
      () => this.send(),
    );
    this.last = turn;
    return turn;
  }

  private async send(): Promise<void> {
    const body = bodyOf(this.form);
    const written = JSON.stringify(body);
    const { post, version } = this.form.dataset;
    const answer = post
      ? await call<Post>("PATCH", `/api/posts/${post}`, body, { headers: { "If-Match": `"${version}"` } })
      : await this.create(body, written);
    this.saved = written;
    Object.assign(this.form.dataset, { post: answer.id, version: String(answer.version), status: answer.status });
    if (!post) history.replaceState(null, "", `/host/posts/${answer.id}/edit`);
    const time = new Date().toLocaleTimeString(language(), { hour: "2-digit", minute: "2-digit", hour12: false });
    this.status.textContent = t("Saved at {time}.", { time });
    if (this.written() !== written) this.later(PAUSE);
  }

  private create(body: Body, written: string): Promise<Post> {
    if (this.created?.body !== written) this.created = { body: written, key: idempotencyKey() };
    return call<Post>("POST", "/api/posts", body, { headers: { "Idempotency-Key": this.created.key } });
  }

  private async publish(): Promise<void> {
    await this.save();
    const { post = "", version } = this.form.dataset;
    const answer = await call<Post>("POST", `/api/posts/${post}/publish`, undefined, {
      headers: { "If-Match": `"${version}"` },
    });
    this.leaving = true;
    sayLater(msg("Published “{title}”. Helpers whose subscriptions fit hear of it now."), undefined, {
      title: answer.title,
    });
    location.assign(`/posts/${answer.id}`);
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    this.settle();
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem && error.status === 412)) throw error;
      this.showConflict(true);
    }
  }

  /** Another tab or device saved in between: nothing is overwritten before the host says which one stays. The question
   * stands in the bar that is always seen; only a press takes the focus there, never a save beside the typing. */
  private showConflict(pressed = false): void {
    clearTimeout(this.timer);
    if (this.conflict) return;
    const mine = make("button", { class: "button", type: "button" }, t("Keep what is here"));
    const theirs = make("button", { class: "button", type: "button" }, t("Show what was saved there"));
    const differs = make("p", { class: "small", hidden: true });
    this.conflict = make(
      "div",
      { class: "note wrong conflict", role: "alert", tabindex: "-1" },
      icon("circle-alert"),
      make(
        "div",
        { class: "stack close" },
        make("p", {}, t("This post was changed in another window. Which one stays?")),
        differs,
        make("div", { class: "row" }, mine, theirs),
      ),
    );
    need(this.form, ".save-bar").prepend(this.conflict);
    this.status.textContent = t("Nothing is saved until you choose.");
    this.conflict.scrollIntoView({ block: "nearest" });
    if (pressed) this.conflict.focus();
    void this.showDifference(differs);
    mine.addEventListener("click", () => void busy(mine, () => this.keepMine()));
    theirs.addEventListener("click", () => {
      this.leaving = true;
      location.reload();
    });
  }

  /** Names the fields that differ, as links to them; without an answer the question stands as it is. */
  private async showDifference(place: HTMLElement): Promise<void> {
    const there = await call<Post & Body>("GET", `/api/posts/${this.form.dataset.post}`).catch(() => undefined);
    const names = there ? differing(bodyOf(this.form), there) : [];
    place.hidden = names.length === 0;
    place.replaceChildren(...this.listed(t("Different there:"), names));
  }

  private async keepMine(): Promise<void> {
    try {
      const there = await call<Post>("GET", `/api/posts/${this.form.dataset.post}`);
      Object.assign(this.form.dataset, { version: String(there.version), status: there.status });
      this.settle();
      await this.save();
    } catch (error) {
      if (error instanceof Problem && error.status === 412) this.showConflict(true);
      else showProblem(this.form, error);
    }
  }

  /** The focus stays in the bar. */
  private settle(): void {
    const inside = this.conflict?.contains(document.activeElement);
    this.conflict?.remove();
    this.conflict = undefined;
    if (inside) need(this.form, ".save-bar [type=submit]").focus();
  }

  /** What publishing still needs, each a link to its field. */
  private showMissing(): void {
    const place = need(this.form, "[data-missing]");
    const names = this.form.dataset.status === "published" ? [] : missing(bodyOf(this.form));
    place.hidden = names.length === 0;
    if (place.dataset.names === names.join()) return;
    place.dataset.names = names.join();
    const lead = tn(
      "{count} thing is missing for publishing:",
      "{count} things are missing for publishing:",
      names.length,
    );
    place.replaceChildren(...this.listed(lead, names));
  }

  /** The lead and a link to each field behind it; a Chinese colon has its space in itself. */
  private listed(lead: string, names: string[]): (Node | string)[] {
    const links = names.flatMap((name, index) => [index > 0 ? " · " : "", this.linkTo(name)]);
    return [lead.endsWith("：") ? lead : `${lead} `, ...links];
  }

  private linkTo(name: string): HTMLElement {
    const field = need(this.form, `[data-field~="${name}"]`);
    const control = field.querySelector<HTMLElement>(`[name="${name}"]`) ?? need(field, "input");
    const label = control.getAttribute("aria-label") ?? field.querySelector("label, legend")?.textContent ?? name;
    const link = make("a", { href: `#${name}` }, field.dataset.label ?? label);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      clearProblem(this.form);
      control.focus();
      field.scrollIntoView({ block: "center" });
    });
    return link;
  }
}
