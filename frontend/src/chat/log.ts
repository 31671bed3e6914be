// The messages of a thread that are known without a gap, and those that came too early.

import type { Message } from "../types.ts";

export class Log {
  private readonly early = new Map<number, Message>();

  /** `last` is the number of the last message that is shown; 0 for none. */
  constructor(private lastNumber: number) {}

  get last(): number {
    return this.lastNumber;
  }

  /** Whether something between was missed: messages are numbered 1, 2, 3 … */
  get hasGap(): boolean {
    return this.early.size > 0;
  }

  /** Takes a message however often and in whatever order it comes; answers those that can be shown now, in order. */
  receive(message: Message): Message[] {
    if (message.number <= this.lastNumber) return [];
    this.early.set(message.number, message);
    const follow: Message[] = [];
    for (let next = this.early.get(this.lastNumber + 1); next; next = this.early.get(this.lastNumber + 1)) {
      this.early.delete(next.number);
      this.lastNumber = next.number;
      follow.push(next);
    }
    return follow;
  }
}
