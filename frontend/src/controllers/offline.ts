// Says when there is no connection: the browser's own word for it, or the line that is cut for a while.

import { LINE } from "../line.ts";
import { t } from "../texts.ts";

const PATIENCE = 3000; // ms; a server that restarts is back before anyone need hear of it

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
