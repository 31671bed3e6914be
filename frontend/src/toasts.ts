// Toasts: a new post that fits, at the corner; they stay 8 seconds, wait while looked at, at most three.

import { icon, make } from "./dom.ts";
import { read } from "./reading.ts";
import { t } from "./texts.ts";
import type { Notification } from "./types.ts";

const STAYS = 8000; // ms
const MOST = 3;

export function showToast(notification: Notification): void {
  const place = document.querySelector(".toasts");
  if (!place) return;
  const toast = make("div", { class: "toast", "data-id": notification.id });
  const photo = notification.post?.photo;
  const title = make("a", { class: "title", href: `/posts/${notification.post_id}` }, notification.title);
  const close = make("button", { class: "icon-button", type: "button", "aria-label": t("Close") }, icon("x"));
  toast.append(
    photo ? make("img", { src: photo.thumbnail_url, alt: "", width: "72", height: "72" }) : icon("bell"),
    make("div", {}, make("p", {}, title), make("p", { class: "small soft" }, unbroken(notification.body))),
    close,
  );
  title.addEventListener("click", () => read([notification.id]));
  close.addEventListener("click", () => toast.remove());
  stayAWhile(toast);
  place.append(toast);
  const shown = place.querySelectorAll(".toast");
  for (const old of [...shown].slice(0, Math.max(0, shown.length - MOST))) old.remove();
}

/** The text with its numbers and units on one line, as the pages have it: 4 h, 2 meals, Wi-Fi. */
export function unbroken(text: string): string {
  return text.replace(/(\d) (?=\p{L})/gu, "$1\u00a0").replaceAll("Wi-Fi", "Wi-\u2060Fi");
}

/** Goes after 8 seconds in which nobody pointed at it or was in it. */
export function stayAWhile(toast: HTMLElement): void {
  let timer = 0;
  const wait = () => clearTimeout(timer);
  const go = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      if (toast.matches(":hover, :focus-within")) go();
      else toast.remove();
    }, STAYS);
  };
  toast.addEventListener("pointerenter", wait);
  toast.addEventListener("focusin", wait);
  toast.addEventListener("pointerleave", go);
  toast.addEventListener("focusout", go);
  go();
}
