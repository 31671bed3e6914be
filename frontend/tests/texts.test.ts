import { describe, expect, it, vi } from "vitest";

vi.stubGlobal("document", {
  getElementById: () => ({ textContent: JSON.stringify({ "{count} post": "{count} 個換宿機會", Close: "關閉" }) }),
});
const { fill, t, tn } = await import("../src/texts.ts");

describe("texts", () => {
  it("are the page's where it has them, else English", () => {
    expect(t("Close")).toBe("關閉");
    expect(t("Delete")).toBe("Delete");
  });

  it("take values, which are never read as places", () => {
    expect(fill("Fits {names}", { names: "{count}" })).toBe("Fits {count}");
    expect(fill("{unknown} stays", {})).toBe("{unknown} stays");
  });

  it("know one and many", () => {
    expect(tn("{count} day", "{count} days", 1)).toBe("1 day");
    expect(tn("{count} day", "{count} days", 1200)).toBe("1,200 days");
    expect(tn("{count} post", "{count} posts", 2)).toBe("2 個換宿機會");
  });
});
