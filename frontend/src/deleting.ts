// Deletes a subscription once nobody can take it back: when its toast ends, or the page is left.

import { call, Problem } from "./api.ts";
import { need } from "./dom.ts";
import { complain, say } from "./said.ts";
import { t } from "./texts.ts";

const KEPT = "haloop-deleting"; // ids of this tab that may still be under way when the page is loaded again

/** Whether this tab has deleted it, and the server may not know yet. */
export function beingDeleted(id: string): boolean {
  return ids().includes(id);
}

/** Tells the server, also from a page that is being left. What is gone already is deleted. Throws Problem. */
export async function deleteNow(id: string): Promise<void> {
  try {
    await call("DELETE", `/api/subscriptions/${id}`, undefined, { keepalive: true });
  } catch (error) {
    if (!(error instanceof Problem && error.status === 404)) throw error;
  } finally {
    keep(ids().filter((other) => other !== id));
  }
}

/** Takes the panel away, with a toast that brings it back as it was. */
export function deleteLater(panel: HTMLElement, name: string, backAgain: () => void): void {
  const id = panel.id;
  const place = document.createComment("");
  let settled = false;
  keep([...ids(), id]);
  panel.replaceWith(place);

  const settle = () => {
    settled = true;
    watch.disconnect();
    document.removeEventListener("visibilitychange", leaving);
    window.removeEventListener("pagehide", finish);
  };
  const restore = () => {
    place.replaceWith(panel);
    backAgain();
  };
  const finish = () => {
    if (settled) return;
    settle();
    note.remove();
    deleteNow(id).catch((error: unknown) => {
      restore();
      complain(error);
    });
  };
  /** A phone may never come back to a page that is not seen. */
  const leaving = () => {
    if (document.visibilityState === "hidden") finish();
  };
  const takeBack = async () => {
    settle();
    keep(ids().filter((other) => other !== id));
    restore();
  };
  const note = say(t("Deleted “{name}”.", { name }), takeBack, true);
  const watch = new MutationObserver(() => {
    if (!note.isConnected) finish();
  });
  watch.observe(need(document, ".toasts"), { childList: true });
  document.addEventListener("visibilitychange", leaving);
  window.addEventListener("pagehide", finish);
}

function ids(): string[] {
  return JSON.parse(sessionStorage.getItem(KEPT) ?? "[]") as string[];
}

function keep(kept: string[]): void {
  if (kept.length > 0) sessionStorage.setItem(KEPT, JSON.stringify(kept));
  else sessionStorage.removeItem(KEPT);
}
