// The one line to the server of a page: everything live comes over it.

import type { Socket } from "socket.io-client";

/** Tells on the window whether the line is open. */
export const LINE = "haloop:line";

let opened: Promise<Socket> | undefined;

/** The socket. Who asks while the page starts hears all that is sent on it, the greeting included. */
export function line(): Promise<Socket> {
  opened ??= open();
  return opened;
}

async function open(): Promise<Socket> {
  const { io } = await import("socket.io-client");
  const socket = io({ path: "/socket.io", transports: ["websocket"], reconnectionDelayMax: 3000 });
  const tell = (there: boolean) => {
    document.documentElement.toggleAttribute("data-connected", there);
    window.dispatchEvent(new CustomEvent(LINE, { detail: there }));
  };
  socket.on("connect", () => tell(true));
  socket.on("disconnect", (reason) => {
    tell(false);
    if (reason === "io server disconnect") socket.connect(); // the session has ended: whoever asks again hears so
  });
  window.addEventListener("online", () => socket.connect());
  return socket;
}
