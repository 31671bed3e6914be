import { describe, expect, it, vi } from "vitest";

vi.stubGlobal("document", { getElementById: () => null });
const { problemOf } = await import("../src/api.ts");
const { searchUrl } = await import("../src/controllers/search.ts");
const { badge, days } = await import("../src/format.ts");
const { nameOf, put } = await import("../src/forms.ts");
const { refused } = await import("../src/upload.ts");

describe("dates", () => {
  it.each([
    ["2027-01-10", "2027-03-31", "10 Jan – 31 Mar", "1月10日 – 3月31日"],
    ["2027-01-08", "2027-01-31", "8 – 31 Jan", "1月8日 – 1月31日"],
    ["2027-01-08", "2027-01-08", "8 Jan", "1月8日"],
    ["", "2027-01-08", "", ""],
  ])("%s to %s", (first, last, english, chinese) => {
    expect(days(first, last, "en")).toBe(english);
    expect(days(first, last, "zh-TW")).toBe(chinese);
  });
});

describe("the badge", () => {
  it("fits two digits", () => {
    expect([badge(0), badge(99), badge(100)]).toEqual(["0", "99", "99+"]);
  });
});

describe("a search", () => {
  it("is a URL without empty fields and the usual order", () => {
    const entries: [string, string][] = [
      ["text", ""],
      ["regions", "TW-HUA"],
      ["regions", "TW-TTT"],
      ["group_size", ""],
      ["sort", "newest"],
    ];
    expect(searchUrl(entries)).toBe("/posts?regions=TW-HUA&regions=TW-TTT");
    expect(searchUrl([["sort", "starting_soon"]])).toBe("/posts?sort=starting_soon");
    expect(searchUrl([])).toBe("/posts");
  });
});

describe("problems", () => {
  it("are read from problem+json, and from nothing at all", () => {
    const problem = problemOf(409, { type: "/problems/email_taken", detail: "Sign in instead." });
    expect([problem.slug, problem.detail, problem.errors]).toEqual(["email_taken", "Sign in instead.", []]);
    expect(problemOf(502, undefined).slug).toBe("unexpected");
  });

  it("name the control they belong to", () => {
    expect(nameOf(["body", "host", "name"])).toBe("host.name");
    expect(nameOf(["body", "name"], "host")).toBe("host.name");
    expect(nameOf(["body", "photos", 2])).toBe("photos");
    expect(nameOf(["body"])).toBe("");
  });
});

describe("form values", () => {
  it("nest at dots", () => {
    const body = {};
    put(body, "host.name", "Tide House");
    put(body, "host.region", "TW-TTT");
    put(body, "email", "a@b.c");
    expect(body).toEqual({ host: { name: "Tide House", region: "TW-TTT" }, email: "a@b.c" });
  });
});

describe("a file", () => {
  it("is refused before it is sent when the server would refuse it", () => {
    expect(refused({ name: "a.heic", type: "image/heic", size: 10 })).toBe("a.heic is not a JPEG, PNG or WebP.");
    expect(refused({ name: "a.jpg", type: "image/jpeg", size: 9_000_000 })).toBe("a.jpg is larger than 8 MB.");
    expect(refused({ name: "a.jpg", type: "image/jpeg", size: 10 })).toBe("");
  });
});
