// Writing a post: save a draft, publish, change what is published; and the card as helpers will see it.

import { call, idempotencyKey } from "../api.ts";
import { language, need, sayLater } from "../dom.ts";
import { days } from "../format.ts";
import { onSubmit, showProblem } from "../forms.ts";
import { msg, t, tn } from "../texts.ts";
import type { Post } from "../types.ts";
import { photosOf } from "./uploads.ts";

const NUMBERS = ["hours_per_day", "days_per_week", "min_stay_days", "places"];
const SETS = ["job_types", "accommodations", "amenities", "meals", "experiences", "environments", "requirements"];

type Body = Record<string, unknown>;

function text(form: HTMLFormElement, name: string): string {
  const control = form.elements.namedItem(name);
  return control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement ? control.value : "";
}

function chosen(form: HTMLFormElement, name: string): HTMLInputElement[] {
  return [...form.querySelectorAll<HTMLInputElement>(`[name="${name}"]:checked`)];
}

/** The whole post as the API takes it; what is not a number is sent as it is, and refused there. */
function bodyOf(form: HTMLFormElement): Body {
  const body: Body = {};
  for (const name of ["title", "description", "benefits"]) body[name] = text(form, name);
  for (const name of ["starts_on", "ends_on"]) body[name] = text(form, name) || null;
  for (const name of NUMBERS) {
    const value = text(form, name).trim();
    const number = /^\d+$/.test(value) ? Number(value) : value || null;
    if (number !== null || name !== "days_per_week") body[name] = number;
  }
  for (const name of SETS) body[name] = chosen(form, name).map((box) => box.value);
  body.photos = photosOf(need(form, "[data-controller=uploads]")).ids;
  return body;
}

export function postForm(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const status = need(form, "[data-save-status]");
  let saved = JSON.stringify(bodyOf(form));
  let created: { body: string; key: string } | undefined;

  const remember = (post: Post, body: string) => {
    saved = body;
    Object.assign(form.dataset, { post: post.id, version: String(post.version), status: post.status });
    history.replaceState(null, "", `/host/posts/${post.id}/edit`);
    const time = new Date().toLocaleTimeString(language(), { hour: "2-digit", minute: "2-digit", hour12: false });
    status.textContent = t("Saved at {time}.", { time });
  };
  const save = async (): Promise<Post> => {
    const body = bodyOf(form);
    const written = JSON.stringify(body);
    const { post, version } = form.dataset;
    let answer: Post;
    if (post) {
      answer = await call<Post>("PATCH", `/api/posts/${post}`, body, { headers: { "If-Match": `"${version}"` } });
    } else {
      if (created?.body !== written) created = { body: written, key: idempotencyKey() };
      answer = await call<Post>("POST", "/api/posts", body, { headers: { "Idempotency-Key": created.key } });
    }
    remember(answer, written);
    return answer;
  };
  const publish = async () => {
    const post = await save();
    const answer = await call<Post>("POST", `/api/posts/${post.id}/publish`);
    saved = JSON.stringify(bodyOf(form));
    sayLater(msg("Published. Helpers whose subscriptions fit hear of it now."));
    location.assign(`/posts/${answer.id}`);
  };

  onSubmit(form, "", async (button) => {
    if (photosOf(need(form, "[data-controller=uploads]")).going) {
      status.textContent = t("Wait until the photos are there.");
      return;
    }
    if (button.getAttribute("value") === "publish") await publish();
    else await save();
  });
  window.addEventListener("beforeunload", (event) => {
    if (JSON.stringify(bodyOf(form)) !== saved) event.preventDefault();
  });
  if (location.hash === "#publish") publish().catch((error: unknown) => showProblem(form, error));
}

/** The card beside the form. */
export function postPreview(card: HTMLElement): void {
  const form = need<HTMLFormElement>(document, '[data-controller="post-form"]');
  const english = !language().startsWith("zh");
  const small = (label: string) =>
    english && !/^(SUP|Wi-Fi|LGBTQ)/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label;
  const first = (name: string) =>
    chosen(form, name)
      .slice(0, 1)
      .map((box) => small(box.nextElementSibling?.textContent ?? ""));

  const show = () => {
    const meals = chosen(form, "meals").filter((box) => ["breakfast", "lunch", "dinner"].includes(box.value)).length;
    const offers = [
      ...first("accommodations"),
      ...(meals > 1 ? [tn("{count} meal", "{count} meals", meals)] : first("meals")),
      ...first("experiences"),
    ];
    const stay = Number(text(form, "min_stay_days"));
    const when = [
      days(text(form, "starts_on"), text(form, "ends_on"), language()),
      stay > 0 ? tn("{count} day or more", "{count} days or more", stay) : "",
    ];
    const { cover } = photosOf(need(form, "[data-controller=uploads]"));
    const picture = need<HTMLImageElement>(card, "[data-photo]");
    if (cover) picture.src = cover;
    picture.hidden = !cover;
    need(card, "[data-title]").textContent = text(form, "title") || t("Your title");
    need(card, "[data-hours]").textContent = t("{hours} h a day", { hours: text(form, "hours_per_day") || "–" });
    need(card, "[data-offers]").textContent = offers.join(english ? ", " : "、");
    need(card, "[data-when]").textContent = when.filter(Boolean).join(" · ");
  };
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();
}

/** A number between two buttons. */
export function counter(box: HTMLElement): void {
  const input = need<HTMLInputElement>(box, "input");
  const { least = "1", most = "100" } = input.dataset;
  for (const button of box.querySelectorAll<HTMLButtonElement>("[data-step]")) {
    button.addEventListener("click", () => {
      const value = (Number.parseInt(input.value, 10) || 0) + Number(button.dataset.step);
      input.value = String(Math.min(Number(most), Math.max(Number(least), value)));
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}
