// Says when there is no connection: the browser's own word for it, or the bell's line that is cut for a while.

import { t } from "../texts.ts";

const PATIENCE = 3000; // ms; a server that restarts is back before anyone need hear of it

/** The bell tells of its line by this event on the window. */
export const LINE = "haloop:line";

export function offline(note: HTMLElement): void {
  let timer = 0;
  const show = (text: string) => {
    clearTimeout(timer);
    note.textContent = text;
    note.hidden = text === "";
  };
  const cut = () => show(t("No connection. What you see may be old; it goes on by itself."));
  window.addEventListener("offline", cut);
  window.addEventListener("online", () => show(""));
  window.addEventListener(LINE, (event) => {
    clearTimeout(timer);
    if ((event as CustomEvent<boolean>).detail) show("");
    else timer = window.setTimeout(cut, PATIENCE);
  });
  if (!navigator.onLine) cut();
}
