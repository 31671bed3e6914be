import { describe, expect, it, vi } from "vitest";

vi.stubGlobal("document", { getElementById: () => null });
const { problemOf } = await import("../src/api.ts");
const { stepped } = await import("../src/controllers/counter.ts");
const { searchUrl } = await import("../src/controllers/search.ts");
const { badge, days } = await import("../src/format.ts");
const { nameOf, put } = await import("../src/forms.ts");
const { differing, missing } = await import("../src/post-body.ts");
const { fromMap, kilometres, toMap } = await import("../src/projection.ts");
const { unbroken } = await import("../src/toasts.ts");
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

describe("a toast", () => {
  it("keeps numbers and their units together", () => {
    expect(unbroken("Dulan · 4 h a day for 2 meals")).toBe("Dulan · 4\u00a0h a day for 2\u00a0meals");
    expect(unbroken("每天 4 小時")).toBe("每天 4\u00a0小時");
    expect(unbroken("Wi-Fi and 1 meal")).toBe("Wi-\u2060Fi and 1\u00a0meal");
  });
});

describe("two windows", () => {
  it("differ in fields, not in the order of options", () => {
    const here = { title: "Here", meals: ["lunch", "dinner"], photos: ["a", "b"], starts_on: null };
    const there = { ...here, meals: ["dinner", "lunch"], photos: [{ id: "b" }, { id: "a" }], version: 3 };
    expect(differing(here, { ...there, photos: [{ id: "a" }, { id: "b" }] })).toEqual([]);
    expect(differing(here, { ...there, title: "There" })).toEqual(["title", "photos"]);
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
    expect(refused({ name: "a.heic", type: "", size: 10 })).toContain("a.heic is a HEIC photo");
    expect(refused({ name: "a.gif", type: "image/gif", size: 10 })).toBe("a.gif is not a JPEG, PNG or WebP.");
    expect(refused({ name: "a.jpg", type: "image/jpeg", size: 9_000_000 })).toBe("a.jpg is larger than 8 MB.");
    expect(refused({ name: "a.jpg", type: "image/jpeg", size: 10 })).toBe("");
  });
});

describe("a place on the map", () => {
  it.each([
    ["TW-TTT", 22.7583, 121.1444],
    ["TW-KEE", 25.128, 121.741],
    ["TW-PEN", 23.571, 119.579],
    ["TW-LIE", 26.16, 119.95],
  ])("of %s is where its degrees say, and back", (region, latitude, longitude) => {
    const { x, y } = toMap({ latitude, longitude }, region);
    expect(x).toBeGreaterThan(-53);
    expect(x).toBeLessThan(449);
    expect(y).toBeGreaterThan(-29);
    expect(y).toBeLessThan(607);
    const back = fromMap(x, y, region);
    expect(back.latitude).toBeCloseTo(latitude, 6);
    expect(back.longitude).toBeCloseTo(longitude, 6);
  });

  it("lies so far from another", () => {
    const [taipei, kaohsiung] = [
      { latitude: 25.0478, longitude: 121.517 },
      { latitude: 22.6394, longitude: 120.3021 },
    ];
    expect(kilometres(taipei, kaohsiung)).toBeCloseTo(295, 0);
    expect(kilometres(taipei, taipei)).toBe(0);
    expect(kilometres({ latitude: 0, longitude: 179 }, { latitude: 0, longitude: -179 })).toBeCloseTo(222.4, 1);
  });
});

describe("publishing", () => {
  it("needs what the body lacks", () => {
    const body = { title: "A", description: " ", job_types: ["farming"], photos: ["1", "2"], starts_on: null };
    expect(missing({ ...body, ends_on: "2027-01-01", hours_per_day: 4, min_stay_days: 1, places: "x" })).toEqual([
      "description",
      "photos",
      "starts_on",
      "accommodations",
    ]);
  });
});

describe("a number between two buttons", () => {
  const field = (value: string, start?: string) => ({
    value,
    min: "1",
    max: "12",
    dataset: start === undefined ? {} : { start },
  });

  it("stays between its ends", () => {
    expect([
      stepped(field("11"), 1),
      stepped(field("12"), 1),
      stepped(field("1"), -1),
      stepped(field("99"), 1),
    ]).toEqual(["12", "12", "1", "12"]);
  });
  it("begins where an empty one is told to, and is empty below the least", () => {
    expect([stepped(field("", "4"), -1), stepped(field(""), 1), stepped(field("1", "4"), -1)]).toEqual(["4", "1", ""]);
    expect(stepped(field("3", "14"), -7)).toBe("1");
  });
});
