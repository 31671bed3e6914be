// The card as helpers will see it, beside the form.

import { language, need } from "../dom.ts";
import { days } from "../format.ts";
import { chosen, textOf } from "../post-body.ts";
import { t, tn } from "../texts.ts";
import { photosOf } from "./uploads.ts";

const KEPT_CAPITALS = /^(SUP|Wi-Fi|LGBTQ)/;
const MAIN_MEALS = ["breakfast", "lunch", "dinner"];

export function postPreview(card: HTMLElement): void {
  const form = need<HTMLFormElement>(document, '[data-controller="post-form"]');
  const english = !language().startsWith("zh");
  const small = (label: string) =>
    english && !KEPT_CAPITALS.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label;
  const first = (name: string) =>
    chosen(form, name)
      .slice(0, 1)
      .map((box) => small(box.nextElementSibling?.textContent ?? ""));

  const show = () => {
    const meals = chosen(form, "meals").filter((box) => MAIN_MEALS.includes(box.value)).length;
    const offers = [
      ...first("accommodations"),
      ...(meals > 1 ? [tn("{count} meal", "{count} meals", meals)] : first("meals")),
      ...first("experiences"),
    ];
    const stay = Number(textOf(form, "min_stay_days"));
    const when = [
      days(textOf(form, "starts_on"), textOf(form, "ends_on"), language()),
      stay > 0 ? tn("{count} day or more", "{count} days or more", stay) : "",
    ];
    const { cover } = photosOf(need(form, "[data-controller=uploads]"));
    const picture = need<HTMLImageElement>(card, "[data-photo]");
    if (cover) picture.src = cover;
    picture.hidden = !cover;
    need(card, "[data-title]").textContent = textOf(form, "title") || t("Your title");
    need(card, "[data-hours]").textContent = t("{hours} h a day", { hours: textOf(form, "hours_per_day") || "–" });
    need(card, "[data-offers]").textContent = offers.join(english ? ", " : "、");
    need(card, "[data-when]").textContent = when.filter(Boolean).join(" · ");
  };
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();
}
