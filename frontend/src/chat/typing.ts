// "… is typing", both ways: told at most once in two seconds, shown until some seconds without word have passed.

import type { Socket } from "socket.io-client";

const REPEAT = 2000; // ms between two words that one types
const STOPPED = 4000; // ms without a key
const SHOWN = 6000; // ms without word from the other side

export interface Typed {
  conversation_id: string;
  account_id: string;
  is_typing: boolean;
}

export class Typing {
  private told = 0;
  private idle = 0;
  private shown = 0;

  constructor(
    private readonly socket: Socket,
    private readonly conversation: string,
    private readonly show: (typing: boolean) => void,
  ) {
    socket.on("typing", (typed: Typed) => {
      if (typed.conversation_id === conversation) this.hear(typed.is_typing);
    });
    socket.on("disconnect", () => this.hear(false));
  }

  /** The other side types, or has stopped, or has sent what it typed. */
  hear(isTyping: boolean): void {
    clearTimeout(this.shown);
    this.show(isTyping);
    if (isTyping) this.shown = window.setTimeout(() => this.show(false), SHOWN);
  }

  /** A key was pressed here. */
  key(): void {
    clearTimeout(this.idle);
    this.idle = window.setTimeout(() => this.stop(), STOPPED);
    if (Date.now() - this.told < REPEAT) return;
    this.told = Date.now();
    this.tell(true);
  }

  /** Nothing is being typed any more, or it was sent. */
  stop(): void {
    clearTimeout(this.idle);
    if (this.told === 0) return;
    this.told = 0;
    this.tell(false);
  }

  private tell(isTyping: boolean): void {
    if (this.socket.connected) {
      this.socket.volatile.emit("typing", { conversation_id: this.conversation, is_typing: isTyping });
    }
  }
}
