// One subscription: pause and resume, rename, delete and take that back.

import { call } from "../api.ts";
import { beingDeleted, deleteLater, deleteNow } from "../deleting.ts";
import { need } from "../dom.ts";
import { onSubmit, read } from "../forms.ts";
import { complain } from "../said.ts";
import { t } from "../texts.ts";
import type { Subscription } from "../types.ts";

export function subscription(panel: HTMLElement): void {
  if (beingDeleted(panel.id)) {
    panel.remove();
    deleteNow(panel.id).catch(complain);
    return;
  }
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
  remove.addEventListener("click", () => deleteLater(panel, name.textContent ?? "", () => remove.focus()));
}
