// One subscription: pause and resume, rename, delete and take that back.

import { call } from "../api.ts";
import { ask } from "../ask.ts";
import { need } from "../dom.ts";
import { busy, onSubmit, read } from "../forms.ts";
import { complain, say } from "../said.ts";
import { t } from "../texts.ts";
import type { Subscription } from "../types.ts";

export function subscription(panel: HTMLElement): void {
  const toggle = need<HTMLInputElement>(panel, "[role=switch]");
  const name = need(panel, "[data-name]");
  const form = need<HTMLFormElement>(panel, "[data-rename-form]");
  const rename = need(panel, "[data-rename]");
  const remove = need(panel, "[data-delete]");
  const path = () => `/api/subscriptions/${panel.id}`;

  const show = (kept: Subscription) => {
    const active = kept.status === "active";
    toggle.checked = active;
    toggle.setAttribute("aria-label", t("Hear about {name}", { name: kept.name }));
    need(panel, "[data-state]").textContent = active ? t("Active") : t("Paused");
    need(panel, "[data-paused]").hidden = active;
    panel.classList.toggle("paused", !active);
    name.textContent = kept.name;
  };

  toggle.addEventListener("change", () => {
    const status = toggle.checked ? "active" : "paused";
    call<Subscription>("PATCH", path(), { status }).then(show, (error: unknown) => {
      toggle.checked = !toggle.checked;
      complain(error);
    });
  });
  rename.addEventListener("click", () => {
    form.hidden = !form.hidden;
    if (!form.hidden) need(form, "input").focus();
  });
  onSubmit(form, "", async () => {
    show(await call<Subscription>("PATCH", path(), read(form)));
    form.hidden = true;
    rename.focus();
  });
  remove.addEventListener("click", async () => {
    // A filter whose dates are over cannot be made again: that one asks first.
    const lasting = "expired" in panel.dataset;
    if (lasting && !(await ask(t("Delete “{name}”?", { name: name.textContent ?? "" }), t("Delete")))) return;
    await busy(remove, async () => {
      try {
        await call("DELETE", path());
      } catch (error) {
        complain(error);
        return;
      }
      const place = document.createComment("");
      panel.replaceWith(place);
      const takeBack = async () => {
        place.replaceWith(panel);
        try {
          panel.id = await again(panel, toggle.checked, name.textContent ?? "");
        } catch (error) {
          panel.replaceWith(place);
          throw error;
        }
        remove.focus();
      };
      say(t("Deleted “{name}”.", { name: name.textContent ?? "" }), lasting ? undefined : takeBack, true);
    });
  });
}

/** Makes a deleted subscription anew; answers its id. */
async function again(panel: HTMLElement, active: boolean, name: string): Promise<string> {
  const filter: unknown = JSON.parse(panel.dataset.filter ?? "{}");
  const { id } = await call<Subscription>("POST", "/api/subscriptions", { name, filter });
  if (!active) await call("PATCH", `/api/subscriptions/${id}`, { status: "paused" });
  for (const link of panel.querySelectorAll<HTMLAnchorElement>("[data-edit]"))
    link.href = link.href.replace(/subscription=[^&]*/, `subscription=${id}`);
  return id;
}
