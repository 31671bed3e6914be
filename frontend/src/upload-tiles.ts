// How one photo of the uploader looks: done, going, failed.

import { icon, make, need } from "./dom.ts";
import { t } from "./texts.ts";
import type { Photo } from "./types.ts";

/** A photo that is stored: it can be moved forward, described and removed; the first wears the flag. */
export function showDone(tile: HTMLElement, photo: Photo, name: string): void {
  tile.className = "upload";
  tile.dataset.photo = photo.id;
  tile.draggable = true;
  tile.replaceChildren(
    make("img", {
      src: photo.thumbnail_url,
      alt: name,
      width: String(photo.width),
      height: String(photo.height),
      draggable: "false",
    }),
    button("earlier", "arrow-left"),
    button("remove", "x"),
    make("button", { class: "describe", type: "button" }, icon(photo.alt ? "check" : "pencil"), said(photo)),
    make("span", { class: "flag", hidden: true }, t("Cover")),
  );
  nameTile(tile, photo, name);
}

/** Calls the photo by the name, in everything that can be done with it. */
export function nameTile(tile: HTMLElement, photo: Photo, name: string): void {
  const label = (kind: string, text: string) => need(tile, kind).setAttribute("aria-label", text);
  need<HTMLImageElement>(tile, "img").alt = name;
  label(".earlier", t("Move {name} forward", { name }));
  label(".remove", t("Remove {name}", { name }));
  label(".describe", `${said(photo)}: ${name}`);
}

/** What somebody hears who cannot see the photo: there already, or still to be written. */
function said(photo: Photo): string {
  return photo.alt ? t("Described") : t("Describe");
}

/** A photo on its way; answers what shows its percents. */
export function showGoing(tile: HTMLElement, file: File): (percent: number) => void {
  const said = make("span", {}, file.name);
  const bar = make("progress", { max: "100", value: "0", "aria-label": file.name });
  const picture = make("img", { src: URL.createObjectURL(file), alt: "" });
  picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
  tile.className = "upload going";
  tile.replaceChildren(picture, make("div", { class: "state" }, said, bar));
  return (percent) => {
    said.textContent = `${file.name} · ${percent} %`;
    bar.value = percent;
  };
}

/** A photo that did not arrive, why, and what can be done: `again` with the same file, or another one. */
export function showFailed(tile: HTMLElement, why: string, again: boolean): void {
  tile.className = "upload failed";
  tile.toggleAttribute("data-again", again);
  tile.replaceChildren(
    make("p", { class: "error" }, icon("circle-alert"), make("span", {}, why)),
    make(
      "div",
      { class: "row" },
      make("button", { class: "button slim retry", type: "button" }, again ? t("Try again") : t("Choose another")),
      make("button", { class: "button quiet slim remove", type: "button" }, t("Remove")),
    ),
  );
}

function button(kind: string, symbol: string): HTMLButtonElement {
  return make("button", { class: `icon-button ${kind}`, type: "button" }, icon(symbol));
}
