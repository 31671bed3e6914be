// How a message looks: the same as in the page (templates/parts/chat.html).

import { gallery } from "../controllers/gallery.ts";
import { icon, language, make, need } from "../dom.ts";
import { days, daysBetween, local, longDay } from "../format.ts";
import { t } from "../texts.ts";
import type { Message, Photo, PostSummary } from "../types.ts";
import { isNext, type Placed, pieces } from "./layout.ts";
import type { State, Unsent } from "./outbox.ts";

export interface Scene {
  me: string;
  name: string;
  zone: string;
  careful: () => Node;
}

/** An element of a message that has its number. */
export function said(message: Message, theirs: number, scene: Scene): HTMLElement {
  const mine = message.sender_id === scene.me;
  const { day, time } = local(message.sent_at, scene.zone);
  const sent = make("span", { class: "sent" }, make("time", { datetime: message.sent_at }, time));
  const element = make(
    "div",
    { class: mine ? "message mine" : "message", "data-number": String(message.number), "data-day": day },
    ...(message.warning && !mine ? [scene.careful()] : []),
    ...content(message.body, message.photos, message.post, mine ? t("you") : scene.name),
    sent,
  );
  if (mine) {
    sent.append(make("span", {}));
    showRead(element, message.number <= theirs);
  }
  return element;
}

/** An element of a message that is not sent yet; its state is shown by `showState`. */
export function unsent(message: Unsent): HTMLElement {
  return make(
    "div",
    { class: "message mine", "data-client": message.client_id },
    ...content(message.body, message.photos, message.post, t("you")),
    make("span", { class: "sent" }),
  );
}

export function showState(element: HTMLElement, state: State, why: string | null, actions: Actions): void {
  if (element.dataset.state === state) return;
  element.dataset.state = state;
  element.classList.toggle("unsent", state === "refused");
  const place = need(element, ".sent");
  if (state !== "refused") {
    place.replaceChildren(icon("clock-3"), make("span", { class: "unseen" }, t("sending")));
    return;
  }
  const again = make("button", { type: "button" }, t("Try again"));
  again.addEventListener("click", actions.again);
  place.replaceChildren(icon("circle-alert"), make("span", {}, t("Not sent.")), again);
  if (actions.edit) {
    const edit = make("button", { type: "button" }, t("Edit"));
    edit.addEventListener("click", actions.edit);
    place.append(edit);
  }
  if (why) place.append(make("span", { class: "why" }, why));
}

export interface Actions {
  again: () => void;
  /** Missing where nothing can be written any more: the text stays where it is. */
  edit?: () => void;
}

/** One tick, or two. */
export function showRead(element: HTMLElement, isRead: boolean): void {
  const place = element.querySelector<HTMLElement>(".sent > span");
  const state = isRead ? "read" : "sent";
  if (!place || place.dataset.state === state) return;
  place.dataset.state = state;
  const word = isRead ? t("read") : t("sent");
  place.replaceChildren(icon(isRead ? "check-check" : "check"), make("span", { class: "unseen" }, word));
}

/** Stands the message under the one before it: close to it, under the title of a new day, with its sender's name. */
export function place(element: HTMLElement, before: HTMLElement | undefined, scene: Scene): void {
  const own = placed(element);
  const last = before && placed(before);
  const close = isNext(own, last);
  element.classList.toggle("next", close);
  element.querySelector(":scope > .unseen:first-child")?.remove();
  if (!close) {
    const who = element.classList.contains("mine") ? t("You:") : `${scene.name}:`;
    element.prepend(make("span", { class: "unseen" }, who));
  }
  const title = element.previousElementSibling?.matches(".day") ? element.previousElementSibling : undefined;
  if (last?.day === own.day) title?.remove();
  else if (!title) element.before(make("p", { class: "day" }, dayTitle(own.day, scene.zone)));
}

function placed(element: HTMLElement): Placed {
  return {
    sender: element.classList.contains("mine") ? "mine" : "theirs",
    instant: element.querySelector("time")?.dateTime ?? "",
    day: element.dataset.day ?? "",
  };
}

function dayTitle(day: string, zone: string): string {
  const today = local(new Date(), zone).day;
  const age = daysBetween(day, today);
  if (age <= 0) return t("Today");
  return age === 1 ? t("Yesterday") : longDay(day, today, language());
}

function content(body: string, photos: Photo[], post: PostSummary | null, from: string): Node[] {
  const parts: Node[] = [];
  if (post) parts.push(postCard(post));
  if (photos.length > 0) parts.push(photoGrid(photos, from));
  if (body) parts.push(make("p", { dir: "auto" }, ...pieces(body).map(({ text, href }) => linked(text, href))));
  return parts;
}

function linked(text: string, href: string | undefined): Node | string {
  return href ? make("a", { href, rel: "nofollow ugc noopener" }, text) : text;
}

function photoGrid(photos: Photo[], from: string): HTMLElement {
  const grid = make("div", { class: `photos photos-${photos.length}` });
  photos.forEach((photo, index) => {
    const alt = photo.alt || t("Photo {number} from {name}", { number: index + 1, name: from });
    const [width, height] = [String(photo.width), String(photo.height)];
    const picture = make("img", { src: photo.thumbnail_url, alt, width, height, loading: "lazy" });
    grid.append(make("a", { href: photo.url }, picture));
  });
  gallery(grid);
  return grid;
}

export function postCard(post: PostSummary, look = "about within"): HTMLElement {
  const card = make("a", { class: post.open ? look : `${look} closed`, href: `/posts/${post.id}` });
  if (post.photo) {
    const { thumbnail_url: src, width, height } = post.photo;
    card.append(make("img", { src, alt: "", width: String(width), height: String(height) }));
  }
  const dates = days(post.starts_on ?? "", post.ends_on ?? "", language());
  const hours = post.hours_per_day ? t("{hours} h a day", { hours: post.hours_per_day }) : "";
  const facts = post.open ? [dates, hours].filter(Boolean) : [t("This post is closed.")];
  const phrases = facts.flatMap((fact, index) => {
    const phrase = make("span", { class: "phrase" }, fact);
    return index > 0 ? [" · ", phrase] : [phrase];
  });
  card.append(make("span", {}, make("strong", {}, post.title), make("span", { class: "soft" }, ...phrases)));
  return card;
}
