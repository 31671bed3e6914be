// Opening a notification reads it. The next page may be there before the server has heard of that.

import { call } from "./api.ts";

const OPENED = "haloop-opened";
const KEPT = 50; // notifications

/** Marks as read while the page may already be leaving. */
export function read(ids: string[]): void {
  sessionStorage.setItem(OPENED, JSON.stringify([...ids, ...opened()].slice(0, KEPT)));
  tell(ids);
}

/** Those of the ids, which the server says are unread, that were opened here all the same: it is told once more. */
export function readBefore(unread: string[]): string[] {
  const late = opened().filter((id) => unread.includes(id));
  sessionStorage.setItem(OPENED, JSON.stringify(late));
  if (late.length > 0) tell(late);
  return late;
}

function opened(): string[] {
  return JSON.parse(sessionStorage.getItem(OPENED) ?? "[]") as string[];
}

function tell(ids: string[]): void {
  void call("POST", "/api/notifications/read", { ids }, { keepalive: true }).catch(() => undefined);
}
