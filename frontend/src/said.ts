// Says something at the corner: seen by everyone, spoken by screen readers, and undone where that is possible.

import { call } from "./api.ts";
import { make } from "./dom.ts";
import { busy } from "./forms.ts";
import { msg, t, type Values } from "./texts.ts";
import { stayAWhile } from "./toasts.ts";

const LATER = "haloop-say";

/** A call that takes back what was just done; the page is loaded again after it. */
interface Undo {
  method: string;
  path: string;
}

/** Shows the text; with `undo` a button that takes it back, which has the focus when `focus` says so. */
export function say(text: string, undo?: () => Promise<void>, focus = false): HTMLElement {
  const note = make("div", { class: "toast plain" }, make("p", {}, text));
  document.querySelector(".toasts")?.append(note);
  if (undo) {
    const button = make("button", { class: "button quiet slim", type: "button" }, t("Undo"));
    button.addEventListener("click", () => {
      void busy(button, () => undo().then(() => note.remove(), complain));
    });
    note.append(button);
    if (focus) button.focus();
  }
  stayAWhile(note);
  return note;
}

/** Says what went wrong. */
export function complain(error: unknown): void {
  say(error instanceof Error ? error.message : String(error));
}

/** Says it once the next page is there; the text is one marked with `msg`, for which `values` are kept. */
export function sayLater(text: string, undo?: Undo, values: Values = {}): void {
  sessionStorage.setItem(LATER, JSON.stringify({ text, undo, values }));
}

export function sayWhatWaited(): void {
  const waited = sessionStorage.getItem(LATER);
  if (!waited) return;
  sessionStorage.removeItem(LATER);
  const { text, undo, values } = JSON.parse(waited) as { text: string; undo?: Undo; values: Values };
  const takeBack = async () => {
    if (undo) await call(undo.method, undo.path);
    sayLater(msg("Undone."));
    location.reload();
  };
  say(t(text, values), undo ? takeBack : undefined);
}
