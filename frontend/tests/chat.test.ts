import { describe, expect, it, vi } from "vitest";

vi.stubGlobal("document", { getElementById: () => null });
const { calmly } = await import("../src/chat/calmly.ts");
const { forgetAll, draftName } = await import("../src/chat/kept.ts");
const { isNext, pieces } = await import("../src/chat/layout.ts");
const { Log } = await import("../src/chat/log.ts");
const { Outbox } = await import("../src/chat/outbox.ts");
const { daysBetween, local, longDay, shortDay } = await import("../src/format.ts");

import type { Shelf } from "../src/chat/kept.ts";
import type { Outcome, Unsent } from "../src/chat/outbox.ts";
import type { Message } from "../src/types.ts";

const ME = "me";

function message(number: number, fields: Partial<Message> = {}): Message {
  const sent_at = "2026-11-24T02:42:00.000Z";
  return {
    id: `id${number}`,
    number,
    conversation_id: "talk",
    sender_id: ME,
    client_id: null,
    body: "Hello",
    photos: [],
    post: null,
    warning: false,
    sent_at,
    ...fields,
  };
}

function memoryShelf(): Shelf {
  const kept = new Map<string, string>();
  return {
    get: (name) => kept.get(name) ?? null,
    set: (name, text) => void kept.set(name, text),
    remove: (name) => void kept.delete(name),
    names: (prefix) => [...kept.keys()].filter((name) => name.startsWith(prefix)).sort(),
  };
}

/** A server that stores each client_id once, and answers as it is told to. */
class Server {
  readonly stored: Unsent[] = [];
  readonly heard: string[] = [];
  plan: ("ok" | "lost ack" | "away" | "slow" | "broken" | "bad")[] = [];

  readonly send = async (unsent: Unsent): Promise<Outcome> => {
    const how = this.plan.shift() ?? "ok";
    this.heard.push(unsent.body);
    if (how === "away") return { wait: 5 };
    if (how === "slow") return { wait: 5, slow: true };
    if (how === "broken") return { wait: 1, counts: true };
    if (how === "bad") return { refused: "That cannot be." };
    if (!this.stored.some((one) => one.client_id === unsent.client_id)) this.stored.push(unsent);
    if (how === "lost ack") return { wait: 5 };
    const number = this.stored.findIndex((one) => one.client_id === unsent.client_id) + 1;
    return { message: message(number, { client_id: unsent.client_id, body: unsent.body }) };
  };

  get bodies(): string[] {
    return this.stored.map((unsent) => unsent.body);
  }
}

function outboxOf(server: Server, shelf: Shelf = memoryShelf()) {
  return new Outbox(shelf, ME, server.send, () => "The server has a problem.");
}

function write(outbox: InstanceType<typeof Outbox>, ...bodies: string[]): void {
  for (const body of bodies) outbox.add({ conversation_id: "talk", body, photos: [], post: null });
}

const settled = (outbox: InstanceType<typeof Outbox>) =>
  vi.waitFor(() => expect(outbox.items("talk").filter((item) => item.refused === null)).toEqual([]), { interval: 2 });

describe("the outbox", () => {
  it("sends in the order of writing, one after the other", async () => {
    const server = new Server();
    const outbox = outboxOf(server);
    write(outbox, "one", "two", "three");
    await settled(outbox);
    expect(server.bodies).toEqual(["one", "two", "three"]);
  });

  it("tries again under the same client_id where an answer was lost, and keeps the order", async () => {
    const server = new Server();
    server.plan = ["lost ack", "away", "ok", "lost ack"];
    const outbox = outboxOf(server);
    write(outbox, "one", "two", "three");
    await settled(outbox);
    expect(server.bodies).toEqual(["one", "two", "three"]);
    expect(server.heard).toEqual(["one", "one", "one", "two", "two", "three"]);
  });

  it("goes on after the page was loaded again", async () => {
    const shelf = memoryShelf();
    const away = async (): Promise<Outcome> => ({ wait: 1e6 });
    write(new Outbox(shelf, ME, away, () => ""), "one", "two");
    const server = new Server();
    const outbox = outboxOf(server, shelf);
    expect(outbox.items("talk").map((item) => item.body)).toEqual(["one", "two"]);
    outbox.wake();
    await settled(outbox);
    expect(server.bodies).toEqual(["one", "two"]);
  });

  it("wakes at once when the connection is back", async () => {
    const server = new Server();
    let open = false;
    const outbox = new Outbox(
      memoryShelf(),
      ME,
      async (unsent) => (open ? server.send(unsent) : { wait: 1e6 }),
      () => "",
    );
    write(outbox, "one");
    await vi.waitFor(() => expect(outbox.state(outbox.items("talk")[0] as Unsent)).toBe("waiting"));
    open = true;
    outbox.wake();
    await settled(outbox);
    expect(server.bodies).toEqual(["one"]);
  });

  it("shows a refusal, lets the others pass, and tries it again when asked", async () => {
    const server = new Server();
    server.plan = ["bad"];
    const outbox = outboxOf(server);
    write(outbox, "one", "two");
    await settled(outbox);
    const [refused] = outbox.items("talk");
    expect([refused?.body, refused?.refused]).toEqual(["one", "That cannot be."]);
    expect(server.bodies).toEqual(["two"]);
    outbox.retry(refused as Unsent);
    await settled(outbox);
    expect(server.bodies).toEqual(["two", "one"]);
  });

  it("gives up after some answers with a fault of the server's own, and not for want of a connection", async () => {
    const server = new Server();
    server.plan = Array.from({ length: 20 }, () => "away" as const);
    const outbox = outboxOf(server);
    write(outbox, "one");
    await settled(outbox);
    expect(server.bodies).toEqual(["one"]);
    server.plan = Array.from({ length: 20 }, () => "broken" as const);
    write(outbox, "two");
    await settled(outbox);
    expect(outbox.items("talk")[0]?.refused).toBe("The server has a problem.");
  });

  it("says that one writes too fast, and waits", async () => {
    const server = new Server();
    server.plan = ["slow"];
    const outbox = outboxOf(server);
    write(outbox, "one");
    await vi.waitFor(() => expect(outbox.state(outbox.items("talk")[0] as Unsent)).toBe("slow"), { interval: 1 });
    await settled(outbox);
    expect(server.bodies).toEqual(["one"]);
  });

  it("drops what was heard of elsewhere, and nobody else's", async () => {
    const outbox = new Outbox(
      memoryShelf(),
      ME,
      async () => ({ wait: 1e6 }),
      () => "",
    );
    write(outbox, "one");
    const client_id = outbox.items("talk")[0]?.client_id ?? "";
    outbox.settle(message(1, { client_id, sender_id: "another" }));
    expect(outbox.items("talk")).toHaveLength(1);
    outbox.settle(message(1, { client_id }));
    expect(outbox.items("talk")).toEqual([]);
  });

  it("waits for no answer about a message that was seen to have arrived", async () => {
    const server = new Server();
    const never = new Promise<Outcome>(() => undefined);
    const first = async (unsent: Unsent) => (unsent.body === "one" ? never : server.send(unsent));
    const outbox = new Outbox(memoryShelf(), ME, first, () => "");
    write(outbox, "one", "two");
    outbox.settle(message(1, { client_id: outbox.items("talk")[0]?.client_id ?? "" }));
    await settled(outbox);
    expect(server.bodies).toEqual(["two"]);
  });

  it("is not confused by what lies in the storage", () => {
    const shelf = memoryShelf();
    shelf.set("haloop:me:unsent:talk:1", "{");
    shelf.set("haloop:me:unsent:talk:2", "null");
    expect(outboxOf(new Server(), shelf).items("talk")).toEqual([]);
  });
});

describe("what this browser keeps", () => {
  it("is forgotten at signing out, and only one's own", () => {
    const shelf = memoryShelf();
    shelf.set(draftName("me", "talk"), "Hello");
    shelf.set(draftName("you", "talk"), "Hello");
    forgetAll(shelf, "me");
    expect(shelf.names("haloop:")).toEqual([draftName("you", "talk")]);
  });
});

describe("a number of unread messages", () => {
  it("falls at once, and rises when it still holds a moment later", () => {
    vi.useFakeTimers();
    const shown: number[] = [];
    const count = calmly((number) => shown.push(number), 2);
    count(3);
    count(2);
    vi.advanceTimersByTime(1000);
    expect(shown).toEqual([2]);
    count(5);
    vi.advanceTimersByTime(1000);
    count(0);
    expect(shown).toEqual([2, 5, 0]);
    vi.useRealTimers();
  });
});

describe("the log", () => {
  it("shows each message once and in order, however often and in whatever order they come", () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed % below;
    };
    for (let round = 0; round < 200; round += 1) {
      const log = new Log(2);
      const numbers = Array.from({ length: 12 }, (_, index) => index + 1);
      const coming = [...numbers, ...numbers].sort(() => random(3) - 1);
      const shown = coming.flatMap((number) => log.receive(message(number)).map((one) => one.number));
      expect(shown).toEqual(numbers.slice(2));
      expect([log.last, log.hasGap]).toEqual([12, false]);
    }
  });

  it("knows that something between was missed", () => {
    const log = new Log(0);
    expect(log.receive(message(3))).toEqual([]);
    expect(log.hasGap).toBe(true);
    expect(log.receive(message(1)).map((one) => one.number)).toEqual([1]);
    expect(log.receive(message(2)).map((one) => one.number)).toEqual([2, 3]);
    expect(log.hasGap).toBe(false);
  });
});

describe("messages", () => {
  const first = { sender: "mine", instant: "2026-11-24T02:42:00.000Z", day: "2026-11-24" };
  it.each([
    [{ ...first, instant: "2026-11-24T02:46:59.000Z" }, true],
    [{ ...first, instant: "2026-11-24T02:47:00.000Z" }, false],
    [{ ...first, sender: "theirs" }, false],
    [{ ...first, day: "2026-11-25" }, false],
  ])("stand close within five minutes: %o", (next, close) => {
    expect(isNext(next, first)).toBe(close);
    expect(isNext(next, undefined)).toBe(false);
  });

  it("have links of http and https alone, without the stop of their sentence", () => {
    expect(pieces("See https://example.org/a?b=1. Or http://b.example，好")).toEqual([
      { text: "See " },
      { text: "https://example.org/a?b=1", href: "https://example.org/a?b=1" },
      { text: ". Or " },
      { text: "http://b.example", href: "http://b.example" },
      { text: "，好" },
    ]);
    for (const address of ["https://en.wikipedia.org/wiki/Tea_(meal)", "https://a.example/[x]/{y}"]) {
      expect(pieces(address)).toEqual([{ text: address, href: address }]);
      expect(pieces(`(see ${address}).`)[1]).toEqual({ text: address, href: address });
    }
    expect(pieces(`https://a.example/${")".repeat(4000)}`)[0]?.href).toBe("https://a.example/");
    expect(pieces('javascript:alert(1) <a href="x">')).toEqual([{ text: 'javascript:alert(1) <a href="x">' }]);
  });

  it("have the day and time of the platform's place", () => {
    expect(local("2026-11-24T16:05:00.000Z", "Asia/Taipei")).toEqual({ day: "2026-11-25", time: "00:05" });
    expect(daysBetween("2026-11-24", "2026-12-01")).toBe(7);
    expect(longDay("2026-11-21", "2026-11-24", "en")).toBe("Saturday, 21 November");
    expect(longDay("2026-11-21", "2026-11-24", "zh-TW")).toBe("11月21日 星期六");
    expect(longDay("2025-11-21", "2026-11-24", "en")).toBe("21 Nov 2025");
    expect([shortDay("2026-11-21", "2026-11-24", "en"), shortDay("2026-11-21", "2026-11-24", "zh-TW")]).toEqual([
      "Sat",
      "週六",
    ]);
    expect(shortDay("2026-11-12", "2026-11-24", "en")).toBe("12 Nov");
  });
});
