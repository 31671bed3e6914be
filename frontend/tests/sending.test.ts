import { beforeEach, describe, expect, it, vi } from "vitest";

vi.stubGlobal("document", { getElementById: () => null });
vi.stubGlobal("navigator", { onLine: true });

const socket = {
  connected: true,
  asked: [] as unknown[],
  answer: async (): Promise<unknown> => ({}),
  timeout: () => ({
    emitWithAck: (event: string, payload: unknown) => {
      socket.asked.push([event, payload]);
      return socket.answer();
    },
  }),
};
vi.mock("../src/line.ts", () => ({ line: async () => socket }));
const { send } = await import("../src/chat/sending.ts");

const unsent = {
  client_id: "1",
  conversation_id: "talk",
  body: "Hello",
  photos: [],
  post: null,
  written_at: "",
  refused: null,
};

describe("one attempt to send", () => {
  beforeEach(() => {
    socket.connected = true;
    socket.asked = [];
    vi.useRealTimers();
  });

  it("goes over the line, without what the message does not have", async () => {
    socket.answer = async () => ({ ok: true, message: { number: 3 } });
    expect(await send(unsent)).toEqual({ message: { number: 3 } });
    expect(socket.asked).toEqual([["message:send", { conversation_id: "talk", client_id: "1", body: "Hello" }]]);
  });

  it.each([
    ["rate_limited", { wait: 5000, slow: true }],
    ["unavailable", { wait: 2000, counts: true }],
    ["unexpected", { wait: 2000, counts: true }],
    ["cannot_send", { refused: "Why." }],
    ["validation", { refused: "Why." }],
    ["not_signed_in", { refused: "Sign in again to send it." }],
  ])("is judged by its answer: %s", async (type, outcome) => {
    socket.answer = async () => ({ error: { type, detail: "Why." } });
    expect(await send(unsent)).toEqual(outcome);
  });

  it("is made again where no answer came", async () => {
    socket.answer = async () => {
      throw new Error("operation has timed out");
    };
    expect(await send(unsent)).toEqual({ wait: 2000 });
  });

  it("waits for the line, and takes HTTP where there is none for long", async () => {
    vi.useFakeTimers({ now: Date.now() });
    socket.answer = async () => ({ ok: true, message: {} });
    await send(unsent);
    socket.connected = false;
    const fetched = vi.fn(async () => new Response(JSON.stringify({ number: 7 }), { status: 201 }));
    vi.stubGlobal("fetch", fetched);
    expect(await send(unsent)).toEqual({ wait: 2000 });
    expect(fetched).not.toHaveBeenCalled();
    vi.setSystemTime(Date.now() + 11_000);
    expect(await send(unsent)).toEqual({ message: { number: 7 } });
    const problem = { type: "/problems/rate_limited", detail: "Too fast." };
    vi.stubGlobal("fetch", async () => new Response(JSON.stringify(problem), { status: 429 }));
    expect(await send(unsent)).toEqual({ wait: 5000, slow: true });
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("failed")));
    expect(await send(unsent)).toEqual({ wait: 2000 });
  });
});
