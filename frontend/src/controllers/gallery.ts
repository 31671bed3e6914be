// Photos: each opens large in a dialog. The way back leads to the search one came from.

import { icon, make } from "../dom.ts";
import { t } from "../texts.ts";

export function gallery(strip: HTMLElement): void {
  const links = [...strip.querySelectorAll<HTMLAnchorElement>("a")];
  strip.addEventListener("click", (event) => {
    const link = (event.target as Element).closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(links, links.indexOf(link));
  });
}

function open(links: HTMLAnchorElement[], start: number): void {
  let place = start;
  const picture = make("img", { alt: "" });
  const said = make("p", { class: "small", role: "status" });
  const previous = make(
    "button",
    { class: "icon-button", type: "button", "aria-label": t("Previous photo") },
    icon("chevron-left"),
  );
  const next = make(
    "button",
    { class: "icon-button", type: "button", "aria-label": t("Next photo") },
    icon("chevron-right"),
  );
  const close = make("button", { class: "icon-button close", type: "button", "aria-label": t("Close") }, icon("x"));
  const dialog = make(
    "dialog",
    { class: "lightbox", "aria-label": t("Photos") },
    picture,
    make("div", { class: "bar" }, previous, said, next, close),
  );

  const show = (by: number) => {
    place = (place + by + links.length) % links.length;
    const link = links[place];
    picture.src = link?.href ?? "";
    picture.alt = link?.querySelector("img")?.alt ?? "";
    said.textContent = t("Photo {place} of {count}", { place: place + 1, count: links.length });
  };
  previous.addEventListener("click", () => show(-1));
  next.addEventListener("click", () => show(1));
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(-1);
    if (event.key === "ArrowRight") show(1);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  show(0);
  dialog.showModal();
}

export function back(link: HTMLElement): void {
  const from = document.referrer.startsWith(`${location.origin}/posts?`) ? document.referrer : "";
  const label = link.querySelector("span");
  if (from && label) {
    (link as HTMLAnchorElement).href = from;
    label.textContent = t("Back to the search");
    // The search one came from is the entry before this one: it comes back with all that was shown, where it was.
    link.addEventListener("click", (event) => {
      if (history.length < 2 || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      history.back();
    });
  }
}
