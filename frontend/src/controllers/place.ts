// A host's exact point: pressed on the map of its region, or typed as degrees; both say the same.

import { icon, make, need } from "../dom.ts";
import { fromMap, kilometres, type Place, toMap } from "../projection.ts";
import { t } from "../texts.ts";

const FAR = 20; // km off its region: the drawing leaves out small islands, and a host may stand beyond a border
const STEPS = 240; // points of a region's outline that are looked at
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

  const far = need(box, "[data-far]");

  /** What the fields say, where the map can show it. */
  const place = (): Place | undefined => {
    const said = { latitude: Number(latitude.value), longitude: Number(longitude.value) };
    const typed = latitude.value.trim() !== "" && longitude.value.trim() !== "";
    return typed && Math.abs(said.latitude) < NORTHMOST && Math.abs(said.longitude) <= 180 ? said : undefined;
  };
  const drawing = () => map.querySelector<SVGGElement>(`[data-region="${CSS.escape(region.value)}"]`);

  const showPin = (radius: number) => {
    const here = place();
    pin.setAttribute("r", here ? String(radius) : "0");
    if (!here) return;
    const { x, y } = toMap(here, region.value);
    pin.setAttribute("cx", String(x));
    pin.setAttribute("cy", String(y));
  };
  /** The map shows the chosen region, large. */
  const show = () => {
    const drawn = drawing();
    for (const other of map.querySelectorAll(".region")) other.classList.toggle("chosen", other === drawn);
    if (!drawn) return showPin(6);
    drawn.parentNode?.insertBefore(drawn, pin);
    const { x, y, width, height } = need<SVGPathElement>(drawn, "path").getBBox();
    const [wide, high] = [width + 2 * MARGIN, height + 2 * MARGIN];
    map.setAttribute("viewBox", `${x - MARGIN} ${y - MARGIN} ${wide} ${high}`);
    showPin(Math.max(wide, high) / 45);
  };

  /** A place far off is not refused (the map may be wrong), but asked about. */
  const askIfFar = () => {
    const [here, drawn] = [place(), drawing()];
    const distance = here && drawn ? Math.round(distanceFrom(drawn, here, region.value)) : 0;
    if (distance < FAR) return far.replaceChildren();
    const values = { distance: distance.toLocaleString("en"), region: region.selectedOptions[0]?.text ?? "" };
    const question = t("This is about {distance} km from {region}. Is it the right place?", values);
    if (far.textContent === question) return;
    far.replaceChildren(make("p", { class: "careful" }, icon("circle-alert"), make("span", {}, question)));
  };

  map.addEventListener("click", (event) => {
    const turned = map.getScreenCTM()?.inverse();
    if (!turned || !region.value) return;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(turned);
    const pressed = fromMap(x, y, region.value);
    latitude.value = pressed.latitude.toFixed(5);
    longitude.value = pressed.longitude.toFixed(5);
    show();
    askIfFar();
  });
  for (const control of [latitude, longitude, region]) control.addEventListener("input", show);
  for (const control of [latitude, longitude]) control.addEventListener("change", askIfFar);
  region.addEventListener("change", () => {
    latitude.value = longitude.value = ""; // another region is another place
    show();
    askIfFar();
  });
  box.closest("details")?.addEventListener("toggle", show);
  show();
  askIfFar();
}

/** Kilometres from the region as it is drawn; 0 inside it. */
function distanceFrom(drawn: SVGGElement, place: Place, region: string): number {
  const outline = need<SVGPathElement>(drawn, "path");
  const { x, y } = toMap(place, region);
  if (outline.isPointInFill(new DOMPoint(x, y))) return 0;
  const step = outline.getTotalLength() / STEPS;
  const distances = Array.from({ length: STEPS }, (_, number) => {
    const point = outline.getPointAtLength(number * step);
    return kilometres(place, fromMap(point.x, point.y, region));
  });
  return Math.min(...distances);
}
