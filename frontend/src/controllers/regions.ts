// The region map: ornament for the pointer, kept equal to the list of checkboxes that is the control.

import { tn } from "../texts.ts";

export function regionPicker(picker: HTMLElement): void {
  const boxes = [...picker.querySelectorAll<HTMLInputElement>('[name="regions"]')];
  const drawn = new Map(
    [...picker.querySelectorAll<SVGGElement>("[data-region]")].map((region) => [region.dataset.region, region]),
  );
  const picked = picker.querySelector("[data-picked]");

  const show = () => {
    const chosen = boxes.filter((box) => box.checked);
    for (const box of boxes) {
      const region = drawn.get(box.value);
      region?.classList.toggle("chosen", box.checked);
      if (box.checked) region?.parentNode?.append(region); // drawn last: its outline is whole
    }
    if (picked) picked.textContent = chosen.length > 0 ? tn("({count} picked)", "({count} picked)", chosen.length) : "";
  };

  picker.addEventListener("change", show);
  picker.addEventListener("click", (event) => {
    const region = (event.target as Element).closest<SVGGElement>("[data-region]");
    const box = boxes.find((candidate) => candidate.value === region?.dataset.region);
    if (!box) return;
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

/** On home a region leads to its posts, as its line in the list does. */
export function worldMap(world: HTMLElement): void {
  world.addEventListener("click", (event) => {
    const code = (event.target as Element).closest<SVGGElement>("[data-region]")?.dataset.region;
    if (code) location.assign(`/posts?regions=${code}`);
  });
}
