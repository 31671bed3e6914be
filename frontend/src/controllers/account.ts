// The account: each panel saves by itself; photos are uploaded first and used when saved.

import { call } from "../api.ts";
import { make, need } from "../dom.ts";
import { onSubmit, read } from "../forms.ts";
import { removeOnceAsked } from "../removing.ts";
import { complain, say, sayLater } from "../said.ts";
import { msg, t } from "../texts.ts";
import { upload } from "../upload.ts";

export function accountForm(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const { method = "PATCH", path = "", within = "" } = form.dataset;
  onSubmit(form, within, async () => {
    const values = read(form);
    const body = within ? { ...(values[within] as Record<string, unknown>) } : values;
    if ("point" in body) body.point = pointOf(body.point as Record<string, string>);
    await call(method, path, body);
    if (form.dataset.next) {
      location.assign(form.dataset.next);
    } else if ("reload" in form.dataset) {
      sayLater(msg("Saved."));
      location.reload();
    } else {
      say(t("Saved."));
    }
  });
}

/** The exact point as the API takes it: none where both fields are empty; what is no number is refused there. */
function pointOf({ latitude = "", longitude = "" }: Record<string, string>): unknown {
  if (!latitude.trim() && !longitude.trim()) return null;
  const degrees = (text: string) => (text.trim() && Number.isFinite(Number(text)) ? Number(text) : text.trim());
  return { latitude: degrees(latitude), longitude: degrees(longitude) };
}

export function removeProfile(button: HTMLElement): void {
  removeOnceAsked(button, t("Remove"));
}

/** Chooses a portrait: uploads it and keeps its id in a hidden field of the form. */
export function portrait(row: HTMLElement): void {
  const input = need<HTMLInputElement>(row, "input[type=file]");
  const field = make("input", { type: "hidden", name: row.dataset.photoField ?? "" });
  if (row.dataset.photo) {
    field.value = row.dataset.photo;
    row.append(field);
  }
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (!file) return;
    upload(file, () => undefined).then((photo) => {
      field.value = photo.id;
      row.append(field);
      need(row, ".avatar").replaceWith(
        make("img", { class: "avatar large", src: photo.thumbnail_url, alt: "", width: "64", height: "64" }),
      );
      say(t("Press Save to use this photo."));
    }, complain);
    input.value = "";
  });
}

/** The list of the page's parts says which of them is in view. */
export function parts(list: HTMLElement): void {
  const links = [...list.querySelectorAll<HTMLAnchorElement>("a[href^='#']")];
  const show = () => {
    const { scrollHeight } = document.documentElement;
    const reached = links.filter((link) => need(document, link.hash).getBoundingClientRect().top < innerHeight * 0.4);
    const now = innerHeight + scrollY > scrollHeight - 2 ? links.at(-1) : (reached.at(-1) ?? links[0]);
    for (const link of links) {
      if (link === now) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  for (const event of ["scroll", "resize"]) addEventListener(event, show, { passive: true });
  show();
}
