// A number between two buttons. Where the field may stay empty, one step below the least empties it.

import { need } from "../dom.ts";

type Field = Pick<HTMLInputElement, "value" | "min" | "max" | "dataset">;

export function counter(box: HTMLElement): void {
  const input = need<HTMLInputElement>(box, "input");
  for (const button of box.querySelectorAll<HTMLButtonElement>("[data-step]")) {
    button.addEventListener("click", () => {
      const value = stepped(input, Number(button.dataset.step));
      if (value === input.value) return;
      input.value = value;
      for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
    });
  }
}

/** The field's next text; `start` is where an empty field begins. */
export function stepped(field: Field, step: number): string {
  const [least, most] = [Number(field.min), Number(field.max)];
  const value = Number.parseInt(field.value, 10);
  if (Number.isNaN(value)) return field.dataset.start ?? field.min;
  if (value <= least && step < 0 && "start" in field.dataset) return "";
  return String(Math.min(most, Math.max(least, value + step)));
}
