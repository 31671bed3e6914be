// Today's recommendations: put one away (its place is filled again) and bring it back, or hear of posts like it.

import { call, idempotencyKey } from "../api.ts";
import { connect } from "../controllers.ts";
import { icon, make, need } from "../dom.ts";
import { busy } from "../forms.ts";
import { removeOnceAsked } from "../removing.ts";
import { complain, say } from "../said.ts";
import { msg, t, tn } from "../texts.ts";
import type { Subscription } from "../types.ts";
import { write } from "./write.ts";

export function recommendations(root: HTMLElement): void {
  const list = need(root, "[data-list]");
  const empty = need(root, "[data-empty]");
  const cards = () => [...list.querySelectorAll<HTMLElement>("[data-id]")];

  const dismiss = async (card: HTMLElement) => {
    const id = card.dataset.id ?? "";
    const path = `/api/recommendations/${id}/dismiss`;
    await call("POST", path);
    const takeBack = async () => {
      await call("DELETE", path);
      await follow([card]);
      const back = cards().find((one) => one.dataset.id === id) ?? cards()[0];
      back?.querySelector<HTMLElement>("[data-dismiss]")?.focus();
    };
    card.remove();
    empty.hidden = cards().length > 0;
    say(t("Put away. It does not come back."), takeBack, true);
    await follow();
  };

  /** Shows what the server shows now, with the cards that are here where it can; `spare` may come back. */
  const follow = async (spare: HTMLElement[] = []) => {
    try {
      const here = new Map([...spare, ...cards()].map((card) => [card.dataset.id, card]));
      const now = (await cardsOfThePage()).map((card) => here.get(card.dataset.id) ?? card);
      for (const card of cards()) if (!now.includes(card)) card.remove();
      // Cards that stay in their order are not moved: moving one would take its focus.
      now.forEach((card, place) => {
        if (cards()[place] !== card) list.insertBefore(card, cards()[place] ?? null);
      });
      connect(list, { write });
      empty.hidden = now.length > 0;
    } catch {
      say(t("The list could not be renewed. Load the page again to see it as it is now."));
    }
  };

  const tell = async (button: HTMLElement) => {
    const { name, filter = "{}" } = button.dataset;
    const body = { name, filter: JSON.parse(filter) as unknown };
    const made = await call<Subscription>("POST", "/api/subscriptions", body, {
      headers: { "Idempotency-Key": idempotencyKey() },
    });
    const link = make(
      "a",
      { class: "button quiet slim tell", href: `/subscriptions#${made.id}` },
      icon("bell-ring"),
      t("You hear about posts like this"),
    );
    button.replaceWith(link);
    link.focus();
    say(tn("Done. {count} post fits now.", "Done. {count} posts fit now.", made.matching_posts));
  };

  list.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("button");
    const card = button?.closest<HTMLElement>("[data-id]");
    if (!button || !card) return;
    if ("dismiss" in button.dataset) void busy(button, () => dismiss(card).catch(complain));
    else if ("tell" in button.dataset) void busy(button, () => tell(button).catch(complain));
  });
}

/** The cards of the page as it is now. */
async function cardsOfThePage(): Promise<HTMLElement[]> {
  const response = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error(response.statusText);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return [...need(page, "[data-list]").querySelectorAll<HTMLElement>("[data-id]")];
}

/** Forgets what recommendations have learnt; the button's page is loaded again. */
export function forget(button: HTMLElement): void {
  removeOnceAsked(button, t("Forget"), msg("Forgotten."));
}
