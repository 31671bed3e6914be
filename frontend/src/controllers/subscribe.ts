// Keep a search and hear of new posts: press, name it, done.

import { call, idempotencyKey } from "../api.ts";
import { icon, make } from "../dom.ts";
import { onSubmit } from "../forms.ts";
import { t, tn } from "../texts.ts";
import type { Subscription } from "../types.ts";

export function subscribe(bar: HTMLElement): void {
  const button = bar.querySelector<HTMLButtonElement>("button");
  button?.addEventListener("click", () => {
    const form = nameForm(bar);
    bar.replaceWith(form);
    const input = form.querySelector("input");
    input?.focus();
    input?.select();
  });
}

function nameForm(bar: HTMLElement): HTMLFormElement {
  const input = make("input", {
    class: "input",
    id: "subscription-name",
    name: "name",
    value: bar.dataset.name ?? "",
    maxlength: "60",
    required: true,
  });
  const field = make(
    "div",
    { class: "field", "data-field": "name filter" },
    make("label", { for: "subscription-name" }, t("Name of this subscription")),
    input,
  );
  const form = make(
    "form",
    { class: "subscribe-bar", novalidate: true },
    icon("bell-ring"),
    field,
    make("button", { class: "button mango", type: "submit" }, t("Subscribe")),
  );
  let [key, sent] = [idempotencyKey(), input.value];
  onSubmit(form, "", async () => {
    const filter: unknown = JSON.parse(bar.dataset.filter ?? "{}");
    const body = { name: input.value, filter };
    if (input.value !== sent) [key, sent] = [idempotencyKey(), input.value]; // a key stands for one body
    const headers = { "Idempotency-Key": key };
    const made = await call<Subscription>("POST", "/api/subscriptions", body, { headers });
    form.replaceWith(done(made));
  });
  return form;
}

function done(made: Subscription): HTMLElement {
  const text = tn("Done. {count} post fits now.", "Done. {count} posts fit now.", made.matching_posts);
  return make(
    "div",
    { class: "subscribe-bar", role: "status" },
    icon("circle-check"),
    make(
      "div",
      {},
      make("strong", {}, text),
      make("span", { class: "small soft" }, t("Your bell rings when a new one appears.")),
    ),
    make("a", { class: "button", href: `/subscriptions#${made.id}` }, t("Your subscriptions")),
  );
}
