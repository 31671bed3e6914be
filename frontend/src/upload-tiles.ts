// How one photo of the uploader looks: done, going, failed.

import { icon, make } from "./dom.ts";
import { t } from "./texts.ts";
import type { Photo } from "./types.ts";

/** A photo that is stored: it can be moved forward and removed; the first wears the flag. */
export function showDone(tile: HTMLElement, photo: Photo, name: string): void {
  tile.className = "upload";
  tile.dataset.photo = photo.id;
  tile.draggable = true;
  tile.replaceChildren(
    make("img", {
      src: photo.thumbnail_url,
      alt: photo.alt || name,
      width: String(photo.width),
      height: String(photo.height),
      draggable: "false",
    }),
    button("earlier", "arrow-left", t("Move {name} forward", { name })),
    button("remove", "x", t("Remove {name}", { name })),
    describer(photo, name),
    make("span", { class: "flag", hidden: true }, t("Cover")),
  );
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

/** What somebody hears who cannot see the photo: there already, or still to be written. */
function describer(photo: Photo, name: string): HTMLButtonElement {
  const label = photo.alt ? t("Change the description of {name}", { name }) : t("Describe {name}", { name });
  const said = photo.alt ? t("Described") : t("Describe");
  return make(
    "button",
    { class: "describe", type: "button", "aria-label": `${said}: ${label}` },
    icon(photo.alt ? "check" : "pencil"),
    said,
  );
}

function button(kind: string, symbol: string, label: string): HTMLButtonElement {
  return make("button", { class: `icon-button ${kind}`, type: "button", "aria-label": label }, icon(symbol));
}
