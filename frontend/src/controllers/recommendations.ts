// Today's recommendations: put one away (its place is filled again) and bring it back, or hear of posts like it.

import { call, idempotencyKey } from "../api.ts";
import { ask } from "../ask.ts";
import { connect } from "../controllers.ts";
import { icon, make, need } from "../dom.ts";
import { busy } from "../forms.ts";
import { complain, say, sayLater } from "../said.ts";
import { msg, t, tn } from "../texts.ts";
import type { Subscription } from "../types.ts";
import { write } from "./write.ts";

export function recommendations(root: HTMLElement): void {
  const list = need(root, "[data-list]");
  const empty = need(root, "[data-empty]");
  const cards = () => [...list.querySelectorAll<HTMLElement>("[data-id]")];

  const dismiss = async (card: HTMLElement) => {
    const path = `/api/recommendations/${card.dataset.id ?? ""}/dismiss`;
    await call("POST", path);
    const filler = await theNewOne(cards());
    if (filler) {
      connect(filler, { write });
      card.replaceWith(filler);
    } else card.remove();
    empty.hidden = cards().length > 0;
    const takeBack = async () => {
      await call("DELETE", path);
      if (filler?.isConnected) filler.replaceWith(card);
      else list.append(card);
      empty.hidden = true;
      need(card, "[data-dismiss]").focus();
    };
    say(t("Put away. It does not come back."), takeBack, true);
  };

  const tell = async (button: HTMLElement) => {
    const { name, filter = "{}" } = button.dataset;
    const body = { name, filter: JSON.parse(filter) as unknown };
    const made = await call<Subscription>("POST", "/api/subscriptions", body, {
      headers: { "Idempotency-Key": idempotencyKey() },
    });
    const link = make(
      "a",
      { class: "button quiet slim", href: `/subscriptions#${made.id}` },
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

/** The card of the page as it is now that is not shown yet. */
async function theNewOne(shown: HTMLElement[]): Promise<HTMLElement | undefined> {
  const response = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const ids = new Set(shown.map((card) => card.dataset.id));
  return [...page.querySelectorAll<HTMLElement>("[data-list] [data-id]")].find((card) => !ids.has(card.dataset.id));
}

/** Forgets what recommendations have learnt; the button's page is loaded again. */
export function forget(button: HTMLElement): void {
  const { path = "", question = "" } = button.dataset;
  button.addEventListener("click", async () => {
    if (!(await ask(question, t("Forget")))) return;
    await busy(button, async () => {
      try {
        await call("DELETE", path);
      } catch (error) {
        complain(error);
        return;
      }
      sayLater(msg("Forgotten."));
      location.reload();
    });
  });
}
