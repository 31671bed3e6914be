// One subscription: pause and resume, rename, delete.

import { call } from "../api.ts";
import { ask } from "../ask.ts";
import { need, say } from "../dom.ts";
import { busy, onSubmit, read } from "../forms.ts";
import { t } from "../texts.ts";
import type { Subscription } from "../types.ts";

export function subscription(panel: HTMLElement): void {
  const path = `/api/subscriptions/${panel.dataset.id}`;
  const toggle = need<HTMLInputElement>(panel, "[role=switch]");
  const name = need(panel, "[data-name]");
  const form = need<HTMLFormElement>(panel, "[data-rename-form]");
  const rename = need(panel, "[data-rename]");
  const remove = need(panel, "[data-delete]");

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
    call<Subscription>("PATCH", path, { status }).then(show, (error: Error) => {
      toggle.checked = !toggle.checked;
      say(error.message);
    });
  });
  rename.addEventListener("click", () => {
    form.hidden = !form.hidden;
    if (!form.hidden) need(form, "input").focus();
  });
  onSubmit(form, "", async () => {
    show(await call<Subscription>("PATCH", path, read(form)));
    form.hidden = true;
    rename.focus();
  });
  remove.addEventListener("click", async () => {
    if (!(await ask(t("Delete “{name}”?", { name: name.textContent ?? "" }), t("Delete")))) return;
    await busy(remove, async () => {
      try {
        await call("DELETE", path);
      } catch (error) {
        say(error instanceof Error ? error.message : String(error));
        return;
      }
      const next = (panel.nextElementSibling ?? panel.previousElementSibling)?.querySelector<HTMLElement>("a");
      panel.remove();
      say(t("Deleted."));
      (next ?? need(document, "h1 ~ p, h1")).focus();
    });
  });
}
