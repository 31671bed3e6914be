// What the post form holds: the post as the API takes it, and what is still missing for publishing.

import { photosOf } from "./controllers/uploads.ts";
import { need } from "./dom.ts";

const TEXTS = ["title", "description", "benefits"];
const DATES = ["starts_on", "ends_on"];
const NUMBERS = ["hours_per_day", "days_per_week", "min_stay_days", "places"];
const SETS = ["job_types", "accommodations", "amenities", "meals", "experiences", "environments", "requirements"];
const NEEDED = ["title", "description", "job_types", "photos", ...DATES, "hours_per_day", "min_stay_days", "places"];
const PHOTOS_LEAST = 3;

export type Body = Record<string, unknown>;

export function textOf(form: HTMLFormElement, name: string): string {
  const control = form.elements.namedItem(name);
  return control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement ? control.value : "";
}

export function chosen(form: HTMLFormElement, name: string): HTMLInputElement[] {
  return [...form.querySelectorAll<HTMLInputElement>(`[name="${name}"]:checked`)];
}

/** The whole post as the API takes it; what is not a number is sent as it is, and refused there. */
export function bodyOf(form: HTMLFormElement): Body {
  const body: Body = {};
  for (const name of TEXTS) body[name] = textOf(form, name);
  for (const name of DATES) body[name] = textOf(form, name) || null;
  for (const name of NUMBERS) {
    const value = textOf(form, name).trim();
    const number = /^\d+$/.test(value) ? Number(value) : value || null;
    if (number !== null || name !== "days_per_week") body[name] = number;
  }
  for (const name of SETS) body[name] = chosen(form, name).map((box) => box.value);
  body.photos = photosOf(need(form, "[data-controller=uploads]")).ids;
  return body;
}

/** The fields that publishing needs and the body lacks, in the form's order. */
export function missing(body: Body): string[] {
  return [...NEEDED, "accommodations"].filter((name) => {
    const value = body[name];
    if (Array.isArray(value)) return value.length < (name === "photos" ? PHOTOS_LEAST : 1);
    return typeof value === "string" ? value.trim() === "" : value === null || value === undefined;
  });
}

/** The fields in which what is here differs from the post as the API shows it, in the form's order. */
export function differing(here: Body, there: Body): string[] {
  const photos = (there.photos as { id: string }[]).map((photo) => photo.id);
  const stored: Body = { ...there, photos };
  const text = (name: string, value: unknown) =>
    JSON.stringify(SETS.includes(name) ? [...(value as string[])].sort() : value);
  return Object.keys(here).filter((name) => text(name, here[name]) !== text(name, stored[name]));
}
