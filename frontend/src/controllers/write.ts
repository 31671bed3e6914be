// Starts the conversation with a host, about a post or at all, and goes to it; a wish to do so outlasts signing in.

import { call } from "../api.ts";
import { busy } from "../forms.ts";
import { complain } from "../said.ts";
import type { Conversation } from "../types.ts";

const WISH = "haloop-write"; // to whom somebody wanted to write who was not signed in, or no helper yet

export function write(button: HTMLElement): void {
  const { post, host } = button.dataset;
  const wish = `${post ? "post" : "host"}:${post ?? host ?? ""}`;
  if (button instanceof HTMLAnchorElement) {
    button.addEventListener("click", () => sessionStorage.setItem(WISH, wish));
    return;
  }
  const start = () =>
    busy(button, async () => {
      try {
        const about = post ? { post_id: post } : { host_id: host };
        const { id } = await call<Conversation>("POST", "/api/conversations", about);
        location.assign(post ? `/messages/${id}?post=${post}` : `/messages/${id}`);
      } catch (error) {
        complain(error);
      }
    });
  button.addEventListener("click", () => void start());
  if (sessionStorage.getItem(WISH) === wish) {
    sessionStorage.removeItem(WISH);
    void start();
  }
}
