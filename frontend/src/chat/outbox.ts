// Messages on their way: kept until they have arrived, sent one after the other in the order of writing, each under one
// client_id however often it is tried.

import type { Message, Photo, PostSummary } from "../types.ts";
import type { Shelf } from "./kept.ts";
import { unsentPrefix } from "./kept.ts";

export interface Unsent {
  client_id: string;
  conversation_id: string;
  body: string;
  photos: Photo[];
  post: PostSummary | null;
  written_at: string;
  /** Why it was refused; it waits until its writer tries again. */
  refused: string | null;
}

/** What came of an attempt: the stored message, a refusal for good, or a wait of so many ms. `counts` where the server
 *  answered with a fault of its own: after some of those the writer is asked. */
export type Outcome = { message: Message } | { refused: string } | { wait: number; slow?: boolean; counts?: boolean };

export type State = "waiting" | "sending" | "slow" | "refused";

export interface Changes {
  changed(conversation: string): void;
  arrived(message: Message): void;
}

const TRIES = 6; // answered with a fault of the server's own

export class Outbox {
  private readonly states = new Map<string, State>();
  private readonly pumping = new Set<string>();
  private readonly faults = new Map<string, number>();
  private readonly listeners: Changes[] = [];
  /** Ends the wait for an answer about a message that has been seen to have arrived. */
  private readonly waiting = new Map<string, () => void>();
  private hurry: (() => void)[] = [];
  private count = 0;

  constructor(
    private readonly shelf: Shelf,
    private readonly account: string,
    private readonly send: (unsent: Unsent) => Promise<Outcome>,
    private readonly giveUpText: () => string,
    private readonly now: () => number = Date.now,
  ) {}

  listen(changes: Changes): void {
    this.listeners.push(changes);
  }

  /** What a conversation has unsent, in the order of writing. */
  items(conversation: string): Unsent[] {
    return this.shelf.names(unsentPrefix(this.account, conversation)).flatMap((name) => {
      const found = parsed(this.shelf.get(name));
      return found ? [found] : [];
    });
  }

  state(unsent: Unsent): State {
    return unsent.refused === null ? (this.states.get(unsent.client_id) ?? "waiting") : "refused";
  }

  /** Keeps a message and sends it after those before it. */
  add(message: Pick<Unsent, "conversation_id" | "body" | "photos" | "post">): void {
    this.put({ ...message, client_id: this.newId(), written_at: new Date(this.now()).toISOString(), refused: null });
  }

  /** Tries a refused one again, in its place. Its client_id stays, so that it cannot arrive twice. */
  retry(unsent: Unsent): void {
    this.faults.delete(unsent.client_id);
    this.states.delete(unsent.client_id);
    this.put({ ...unsent, refused: null });
  }

  drop(unsent: Unsent): void {
    this.take(unsent.conversation_id, unsent.client_id);
  }

  /** A message of this account was heard of or fetched: it needs no further attempt. */
  settle(message: Message): void {
    if (message.sender_id !== this.account || message.client_id === null) return;
    if (this.take(message.conversation_id, message.client_id)) this.wake();
  }

  /** Goes on with everything at once: the connection is back, or the page has just been opened. */
  wake(): void {
    const waiting = this.hurry;
    this.hurry = [];
    for (const go of waiting) go();
    for (const conversation of this.conversations()) void this.pump(conversation);
  }

  /** Another window of this account has put something on the shelf, or taken it: the name says what. */
  changedElsewhere(name: string): void {
    if (name.startsWith(unsentPrefix(this.account))) this.changed(this.conversationOf(name));
  }

  private conversations(): string[] {
    return [...new Set(this.shelf.names(unsentPrefix(this.account)).map((name) => this.conversationOf(name)))];
  }

  private conversationOf(name: string): string {
    return name.slice(unsentPrefix(this.account).length).split(":")[0] ?? "";
  }

  private async pump(conversation: string): Promise<void> {
    if (this.pumping.has(conversation)) return;
    this.pumping.add(conversation);
    try {
      for (let next = this.next(conversation); next; next = this.next(conversation)) await this.attempt(next);
    } finally {
      this.pumping.delete(conversation);
    }
  }

  private next(conversation: string): Unsent | undefined {
    return this.items(conversation).find((unsent) => unsent.refused === null);
  }

  private async attempt(unsent: Unsent): Promise<void> {
    const { client_id: id, conversation_id: conversation } = unsent;
    this.show(unsent, "sending");
    const seen = new Promise<undefined>((resolve) => this.waiting.set(id, () => resolve(undefined)));
    const outcome = await Promise.race([this.send(unsent), seen]);
    this.waiting.delete(id);
    if (outcome === undefined) return;
    if ("message" in outcome) {
      for (const listener of this.listeners) listener.arrived(outcome.message);
      this.take(conversation, id);
    } else if ("refused" in outcome) {
      this.refuse(unsent, outcome.refused);
    } else {
      const faults = (this.faults.get(id) ?? 0) + (outcome.counts ? 1 : 0);
      this.faults.set(id, faults);
      if (faults >= TRIES) {
        this.refuse(unsent, this.giveUpText());
      } else if (this.shelf.get(this.name(conversation, id)) !== null) {
        this.show(unsent, outcome.slow ? "slow" : "waiting");
        await this.pause(outcome.wait * 2 ** Math.max(0, faults - 1));
      }
    }
  }

  private refuse(unsent: Unsent, why: string): void {
    if (this.shelf.get(this.name(unsent.conversation_id, unsent.client_id)) === null) return; // arrived after all
    this.shelf.set(this.name(unsent.conversation_id, unsent.client_id), JSON.stringify({ ...unsent, refused: why }));
    this.changed(unsent.conversation_id);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.hurry.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private put(unsent: Unsent): void {
    this.shelf.set(this.name(unsent.conversation_id, unsent.client_id), JSON.stringify(unsent));
    this.changed(unsent.conversation_id);
    void this.pump(unsent.conversation_id);
  }

  private take(conversation: string, id: string): boolean {
    const name = this.name(conversation, id);
    if (this.shelf.get(name) === null) return false;
    this.shelf.remove(name);
    this.states.delete(id);
    this.faults.delete(id);
    this.waiting.get(id)?.();
    this.changed(conversation);
    return true;
  }

  private show(unsent: Unsent, state: State): void {
    this.states.set(unsent.client_id, state);
    this.changed(unsent.conversation_id);
  }

  private changed(conversation: string): void {
    for (const listener of this.listeners) listener.changed(conversation);
  }

  private name(conversation: string, id: string): string {
    return `${unsentPrefix(this.account, conversation)}${id}`;
  }

  /** Sorts by the time of writing. */
  private newId(): string {
    this.count += 1;
    const random = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0"));
    return `${this.now().toString(36).padStart(9, "0")}-${this.count.toString(36).padStart(4, "0")}-${random.join("")}`;
  }
}

function parsed(text: string | null): Unsent | undefined {
  try {
    const found = JSON.parse(text ?? "null") as Unsent | null;
    return found && typeof found.client_id === "string" && typeof found.body === "string" ? found : undefined;
  } catch {
    return undefined;
  }
}
