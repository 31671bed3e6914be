// A host's posts: close, reopen, delete.

import { call, Problem } from "../api.ts";
import { ask } from "../ask.ts";
import { busy } from "../forms.ts";
import { complain, sayLater } from "../said.ts";
import { msg, t } from "../texts.ts";

const DONE: Record<string, string> = {
  close: msg("Closed “{title}”. Nobody finds it any more."),
  delete: msg("Deleted “{title}”."),
  publish: msg("Published “{title}”."),
};

export function postAction(button: HTMLElement): void {
  const { post = "", action = "", title = "" } = button.dataset;
  button.addEventListener("click", async () => {
    if (action === "delete" && !(await ask(t("Delete this post for ever?"), t("Delete")))) return;
    await busy(button, async () => {
      try {
        if (action === "delete") await call("DELETE", `/api/posts/${post}`);
        else await call("POST", `/api/posts/${post}/${action}`);
      } catch (error) {
        // What is missing is shown where it can be mended.
        if (action === "publish" && error instanceof Problem && error.status === 422)
          location.assign(`/host/posts/${post}/edit#missing`);
        else complain(error);
        return;
      }
      const back = button.dataset.undo;
      const undo = back ? { method: "POST", path: `/api/posts/${post}/${back}` } : undefined;
      sayLater(DONE[action] ?? "", undo, { title });
      if (action === "delete" && location.pathname.startsWith("/posts/")) location.assign("/host/posts?status=draft");
      else location.reload();
    });
  });
}
