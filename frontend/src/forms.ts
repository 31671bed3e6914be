// Forms: reading their values, showing problems at their fields, being busy.

import { Problem } from "./api.ts";
import { icon, make } from "./dom.ts";
import { t } from "./texts.ts";

type Value = string | number | boolean | null | Value[] | { [name: string]: Value };

/** Puts a value at a dotted name: "host.name" → { host: { name } }. */
export function put(target: Record<string, Value>, name: string, value: Value): void {
  const [first = "", ...rest] = name.split(".");
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = (target[first] ?? {}) as Record<string, Value>;
  target[first] = inner;
  put(inner, rest.join("."), value);
}

/** The texts of a form's named controls, but for checkboxes and files; hidden parts (`hidden`) are left out. */
export function read(form: HTMLFormElement): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const control of form.elements) {
    if (
      !(
        control instanceof HTMLInputElement ||
        control instanceof HTMLTextAreaElement ||
        control instanceof HTMLSelectElement
      )
    )
      continue;
    if (
      !control.name ||
      control.type === "checkbox" ||
      control.type === "file" ||
      control.closest("[hidden]:not(input)")
    )
      continue;
    put(values, control.name, control.value);
  }
  return values;
}

/** A fault's place as a control's name: ["body", "host", "name"] → "host.name"; numbers of lists are left out. */
export function nameOf(loc: (string | number)[], within = ""): string {
  const name = loc
    .slice(1)
    .filter((part) => typeof part === "string")
    .join(".");
  return within && name ? `${within}.${name}` : name;
}

export function clearProblem(form: HTMLElement): void {
  for (const shown of form.querySelectorAll(".error, [data-problem]")) shown.remove();
  for (const control of form.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    const kept = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => !id.endsWith("-error"));
    if (kept[0]) control.setAttribute("aria-describedby", kept.join(" "));
    else control.removeAttribute("aria-describedby");
  }
}

/** Shows a problem: each fault at its field, the rest above the buttons; the first wrong control gets the focus. */
export function showProblem(form: HTMLElement, error: unknown, within = ""): void {
  clearProblem(form);
  const problem =
    error instanceof Problem ? error : new Problem(0, "unexpected", t("Something went wrong. Try again in a moment."));
  const homeless: string[] = [];
  for (const fault of problem.errors) {
    const name = nameOf(fault.loc, within);
    const field = name ? form.querySelector<HTMLElement>(`[data-field~="${CSS.escape(name)}"]`) : null;
    if (field) showFault(field, name, fault.msg);
    else if (!homeless.includes(fault.msg)) homeless.push(fault.msg);
  }
  const first = form.querySelector<HTMLElement>('[aria-invalid="true"]');
  if (!first || homeless.length > 0) showNote(form, homeless.join(" ") || problem.detail);
  (first ?? form.querySelector<HTMLElement>("[data-problem]"))?.focus();
}

function showFault(field: HTMLElement, name: string, text: string): void {
  if (field.querySelector(`[data-fault="${CSS.escape(name)}"]`)) return;
  const said = [...field.querySelectorAll(":scope > .error")].find((error) => error.textContent === text);
  const id = said?.id ?? `${name.replaceAll(".", "-")}-error`;
  if (!said)
    field.append(make("p", { class: "error", id, "data-fault": name }, icon("circle-alert"), make("span", {}, text)));
  const control =
    field.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]`) ??
    field.querySelector<HTMLElement>("input, select, textarea, button");
  if (!control) return;
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", [control.getAttribute("aria-describedby"), id].filter(Boolean).join(" "));
}

function showNote(form: HTMLElement, text: string): void {
  const note = make(
    "div",
    { class: "note wrong", role: "alert", tabindex: "-1", "data-problem": true },
    icon("circle-alert"),
    make("p", {}, text),
  );
  const buttons = [...form.querySelectorAll<HTMLElement>("[type=submit]")].pop();
  const place = buttons?.closest<HTMLElement>(".save-bar, .row") ?? buttons;
  if (place && form.contains(place)) place.before(note);
  else form.append(note);
}

/** Runs what a button does: busy meanwhile, and deaf to a second press. */
export async function busy(button: HTMLElement, work: () => Promise<void>): Promise<void> {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** Submits by script: no page load, no second submit meanwhile, problems shown at their fields. */
export function onSubmit(form: HTMLFormElement, within: string, work: (button: HTMLElement) => Promise<void>): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = (event as SubmitEvent).submitter ?? form.querySelector<HTMLElement>("[type=submit]") ?? form;
    clearProblem(form);
    void busy(button, () => work(button).catch((error: unknown) => showProblem(form, error, within)));
  });
}
