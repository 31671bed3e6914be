// Keep a search and hear of new posts: one press, also when signing in comes between; then it can be renamed.

import { call, idempotencyKey } from "../api.ts";
import { icon, make, need } from "../dom.ts";
import { counted } from "../format.ts";
import { busy, onSubmit, read } from "../forms.ts";
import { complain, say, sayLater } from "../said.ts";
import { msg, t, tn } from "../texts.ts";
import type { Subscription } from "../types.ts";

const PRESSED = "haloop-subscribe"; // where the button was pressed by somebody who was not signed in
const MARK = "#subscribe";

function here(): string {
  return location.pathname + location.search;
}

export function subscribe(bar: HTMLElement): void {
  const button = need(bar, "[data-press]");
  const ready = "ready" in bar.dataset;
  const key = idempotencyKey();

  const keep = () =>
    busy(button, async () => {
      const body = { name: bar.dataset.name, filter: JSON.parse(bar.dataset.filter ?? "{}") as unknown };
      try {
        const made = await call<Subscription>("POST", "/api/subscriptions", body, {
          headers: { "Idempotency-Key": key },
        });
        const shown = done(made);
        bar.replaceWith(shown);
        shown.focus();
      } catch (error) {
        complain(error);
      }
    });

  button.addEventListener("click", (event) => {
    if (ready) {
      event.preventDefault();
      void keep();
    } else {
      sessionStorage.setItem(PRESSED, here());
    }
  });
  if (ready && location.hash === MARK && sessionStorage.getItem(PRESSED) === here()) {
    sessionStorage.removeItem(PRESSED);
    history.replaceState(null, "", here());
    void keep();
  }
}

/** What fits now, and the name, which can be changed at once. */
function done(made: Subscription): HTMLElement {
  const text = tn("Done. {count} post fits now.", "Done. {count} posts fit now.", made.matching_posts, {
    count: counted(made.matching_posts),
  });
  const input = make("input", {
    class: "input",
    id: "subscription-name",
    name: "name",
    value: made.name,
    maxlength: "60",
    required: true,
  });
  const form = make(
    "form",
    { class: "row", novalidate: true },
    make(
      "div",
      { class: "field", "data-field": "name" },
      make("label", { for: "subscription-name" }, t("Name of this subscription")),
      input,
    ),
    make("button", { class: "button", type: "submit" }, t("Rename")),
  );
  onSubmit(form, "", async () => {
    await call<Subscription>("PATCH", `/api/subscriptions/${made.id}`, read(form));
    say(t("Saved."));
  });
  return make(
    "div",
    { class: "subscribe-bar done", tabindex: "-1", role: "group", "aria-label": text },
    icon("circle-check"),
    make(
      "div",
      { role: "status" },
      make("strong", {}, text),
      make("span", { class: "small soft" }, t("Your bell rings when a new one appears.")),
    ),
    make("a", { class: "button quiet", href: `/subscriptions#${made.id}` }, t("Your subscriptions")),
    form,
  );
}

/** The search as the filter of a subscription that is there already. */
export function editFilter(bar: HTMLElement): void {
  const { id = "", filter = "{}" } = bar.dataset;
  const button = bar.querySelector<HTMLElement>("[data-press]");
  button?.addEventListener("click", () => {
    void busy(button, async () => {
      try {
        await call("PATCH", `/api/subscriptions/${id}`, { filter: JSON.parse(filter) as unknown });
      } catch (error) {
        complain(error);
        return;
      }
      sayLater(msg("Saved."));
      location.assign(`/subscriptions#${id}`);
    });
  });
}
