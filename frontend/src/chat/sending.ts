// One attempt to send a message: over the line, or over HTTP where no line can be had.

import { call, Problem } from "../api.ts";
import { line } from "../line.ts";
import { t } from "../texts.ts";
import type { Message } from "../types.ts";
import type { Outcome, Unsent } from "./outbox.ts";

const ACK = 8000; // ms until the answer counts as lost
const SOON = 2000; // ms
const SLOW = 5000; // ms after "too fast"
const PATIENCE = 10_000; // ms without a line until HTTP is tried

type Answer = { ok: true; message: Message } | { error: { type: string; detail: string } };

const started = Date.now();
let lastOpen = started;

export async function send(unsent: Unsent): Promise<Outcome> {
  const socket = await line();
  const body = {
    client_id: unsent.client_id,
    body: unsent.body,
    ...(unsent.photos.length > 0 && { photos: unsent.photos.map((photo) => photo.id) }),
    ...(unsent.post && { post_id: unsent.post.id }),
  };
  if (socket.connected) {
    lastOpen = Date.now();
    let answer: Answer;
    try {
      const payload = { conversation_id: unsent.conversation_id, ...body };
      answer = (await socket.timeout(ACK).emitWithAck("message:send", payload)) as Answer;
    } catch {
      return { wait: SOON };
    }
    return "message" in answer ? { message: answer.message } : judged(answer.error.type, answer.error.detail);
  }
  if (!navigator.onLine || Date.now() - lastOpen < PATIENCE) return { wait: SOON };
  try {
    return { message: await call<Message>("POST", `/api/conversations/${unsent.conversation_id}/messages`, body) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.status === 0 ? { wait: SOON } : judged(error.slug, error.errors[0]?.msg ?? error.detail);
  }
}

function judged(slug: string, detail: string): Outcome {
  if (slug === "rate_limited") return { wait: SLOW, slow: true };
  if (slug === "unavailable" || slug === "unexpected") return { wait: SOON, counts: true };
  if (slug === "not_signed_in") return { refused: t("Sign in again to send it.") };
  return { refused: detail };
}
