// Removes what a button names, once its question is answered, and loads the page again.

import { call } from "./api.ts";
import { ask } from "./ask.ts";
import { busy } from "./forms.ts";
import { complain, sayLater } from "./said.ts";

/** `data-path` is deleted after `data-question` was answered with `yes`; the page then says `done`, one text of `msg`. */
export function removeOnceAsked(button: HTMLElement, yes: string, done = ""): void {
  const { path = "", question = "" } = button.dataset;
  button.addEventListener("click", async () => {
    if (!(await ask(question, yes))) return;
    await busy(button, async () => {
      try {
        await call("DELETE", path);
      } catch (error) {
        complain(error);
        return;
      }
      if (done) sayLater(done);
      location.reload();
    });
  });
}
