// Says to screen readers what has come, in batches: one message is read out, several are counted.

import { t, tn } from "../texts.ts";

const BATCH = 1200; // ms

export class Announcer {
  private bodies: string[] = [];
  private timer = 0;

  constructor(
    private readonly place: HTMLElement,
    private readonly name: string,
  ) {}

  heard(body: string): void {
    this.bodies.push(body || t("a photo"));
    if (this.timer) return;
    this.timer = window.setTimeout(() => {
      const bodies = this.bodies;
      this.bodies = [];
      this.timer = 0;
      this.say(
        bodies.length === 1
          ? t("{name}: {words}", { name: this.name, words: bodies[0] ?? "" })
          : tn("{count} new message from {name}", "{count} new messages from {name}", bodies.length, {
              name: this.name,
            }),
      );
    }, BATCH);
  }

  say(text: string): void {
    this.place.textContent = text;
  }
}
