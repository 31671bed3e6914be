// A question before something that cannot be undone.

import { make } from "./dom.ts";
import { t } from "./texts.ts";

/** Asks in a dialog; true when the answer was `yes`. */
export function ask(question: string, yes: string): Promise<boolean> {
  const title = make("h2", { id: "question", class: "minor" }, question);
  const buttons = make(
    "div",
    { class: "row" },
    make("button", { class: "button danger", value: "yes" }, yes),
    make("button", { class: "button", value: "no", autofocus: true }, t("Cancel")),
  );
  const dialog = make(
    "dialog",
    { class: "ask-dialog panel", "aria-labelledby": "question" },
    make("form", { method: "dialog", class: "stack" }, title, buttons),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
