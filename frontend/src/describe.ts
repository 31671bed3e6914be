// What a photo shows, in words: asked for in a dialog.

import { notReached } from "./api.ts";
import { make } from "./dom.ts";
import { t } from "./texts.ts";
import type { Photo } from "./types.ts";

const MOST = "300"; // characters

/** The new description; undefined when the dialog was left. */
export function askAlt(photo: Photo): Promise<string | undefined> {
  const words = make("textarea", { class: "input", id: "alt", maxlength: MOST, "aria-describedby": "alt-hint" });
  words.value = photo.alt ?? "";
  const form = make(
    "form",
    { method: "dialog", class: "stack" },
    make("h2", { id: "alt-title", class: "minor" }, t("What does this photo show?")),
    make("img", { src: photo.thumbnail_url, alt: "" }),
    make(
      "div",
      { class: "field" },
      make("label", { for: "alt" }, t("Description")),
      words,
      make(
        "p",
        { class: "hint", id: "alt-hint" },
        t("For those who cannot see it: “Six bunk beds under a wooden roof”."),
      ),
    ),
    make(
      "div",
      { class: "row" },
      make("button", { class: "button primary", value: "keep" }, t("Keep")),
      make("button", { class: "button", value: "", type: "submit" }, t("Cancel")),
    ),
  );
  const dialog = make("dialog", { class: "ask-dialog panel", "aria-labelledby": "alt-title" }, form);
  document.body.append(dialog);
  dialog.showModal();
  words.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "keep" ? words.value.trim() : undefined);
    });
  });
}

/** A stored photo as a file again. Throws Problem. */
export async function fileOf(photo: Photo): Promise<File> {
  const response = await fetch(photo.url).catch(() => undefined);
  if (!response?.ok) throw notReached();
  const picture = await response.blob();
  return new File([picture], "photo", { type: picture.type });
}
