// A host's exact point: pressed on the map of its region, or typed as degrees; both say the same.

import { need } from "../dom.ts";
import { fromMap, toMap } from "../projection.ts";

const MARGIN = 12; // units of the map around a region
const NORTHMOST = 85; // degrees that the projection can show
const SVG = "http://www.w3.org/2000/svg";

export function placePicker(box: HTMLElement): void {
  const map = need<SVGSVGElement>(box, ".region-map");
  const latitude = need<HTMLInputElement>(box, '[name$="point.latitude"]');
  const longitude = need<HTMLInputElement>(box, '[name$="point.longitude"]');
  const region = need<HTMLSelectElement>(box.closest("form") ?? document, '[name$="region"]');
  const pin = document.createElementNS(SVG, "circle");
  pin.setAttribute("class", "pin");
  map.append(pin);

  const showPin = (radius: number) => {
    const place = { latitude: Number(latitude.value), longitude: Number(longitude.value) };
    const typed = latitude.value.trim() !== "" && longitude.value.trim() !== "";
    const known = typed && Math.abs(place.latitude) < NORTHMOST && Math.abs(place.longitude) <= 180;
    pin.setAttribute("r", known ? String(radius) : "0");
    if (!known) return;
    const { x, y } = toMap(place, region.value);
    pin.setAttribute("cx", String(x));
    pin.setAttribute("cy", String(y));
  };
  /** The map shows the chosen region, large. */
  const show = () => {
    const drawn = map.querySelector<SVGGElement>(`[data-region="${CSS.escape(region.value)}"]`);
    for (const other of map.querySelectorAll(".region")) other.classList.toggle("chosen", other === drawn);
    if (!drawn) return showPin(6);
    drawn.parentNode?.insertBefore(drawn, pin);
    const { x, y, width, height } = need<SVGPathElement>(drawn, "path").getBBox();
    const [wide, high] = [width + 2 * MARGIN, height + 2 * MARGIN];
    map.setAttribute("viewBox", `${x - MARGIN} ${y - MARGIN} ${wide} ${high}`);
    showPin(Math.max(wide, high) / 45);
  };

  map.addEventListener("click", (event) => {
    const turned = map.getScreenCTM()?.inverse();
    if (!turned || !region.value) return;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(turned);
    const place = fromMap(x, y, region.value);
    latitude.value = place.latitude.toFixed(5);
    longitude.value = place.longitude.toFixed(5);
    show();
  });
  for (const control of [latitude, longitude, region]) control.addEventListener("input", show);
  region.addEventListener("change", () => {
    latitude.value = longitude.value = ""; // another region is another place
    show();
  });
  box.closest("details")?.addEventListener("toggle", show);
  show();
}
