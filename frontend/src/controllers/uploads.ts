// The uploader: three photos at a time, in the order in which they will be shown; the first is the cover.

import { Problem } from "../api.ts";
import { askAlt, fileOf } from "../describe.ts";
import { icon, language, make, need } from "../dom.ts";
import { complain } from "../said.ts";
import { t } from "../texts.ts";
import type { Photo } from "../types.ts";
import { upload } from "../upload.ts";
import { nameTile, showDone, showFailed, showGoing } from "../upload-tiles.ts";

const AT_ONCE = 3;
const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/** The ids of what is uploaded, in order, and whether some are still under way; the form asks for them. */
export function photosOf(list: HTMLElement): { ids: string[]; going: boolean; cover: string } {
  const tiles = [...list.querySelectorAll<HTMLElement>("[data-photo]")];
  return {
    ids: tiles.map((tile) => tile.dataset.photo ?? ""),
    going: list.querySelector(".going") !== null,
    cover: tiles[0]?.querySelector("img")?.src ?? "",
  };
}

export function uploads(list: HTMLElement): void {
  new Uploader(list).start();
}

class Uploader {
  private readonly most: number;
  private readonly addPlace: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly files = new WeakMap<HTMLElement, File>();
  private readonly photos = new WeakMap<HTMLElement, Photo>();
  private readonly waiting: HTMLElement[] = [];
  private going = 0;
  private dragged: HTMLElement | undefined;
  private leftOut: HTMLElement | undefined;

  constructor(private readonly list: HTMLElement) {
    this.most = Number(list.dataset.most);
    this.addPlace = need(list, ".add-place");
    this.input = need<HTMLInputElement>(this.addPlace, "input");
  }

  start(): void {
    for (const photo of JSON.parse(this.list.dataset.photos ?? "[]") as Photo[]) {
      this.stored(this.newTile(), photo);
    }
    this.listen();
    this.changed();
  }

  private listen(): void {
    this.input.addEventListener("change", (event) => {
      event.stopPropagation();
      this.add([...(this.input.files ?? [])]);
      this.input.value = "";
    });
    this.list.addEventListener("click", (event) => this.press(event.target as Element));
    this.list.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const tile = this.tileOf(event.target);
      const by = STEPS[event.key];
      if (!tile?.dataset.photo || by === undefined) return;
      event.preventDefault();
      this.move(tile, by);
    });
    this.list.addEventListener("dragstart", (event) => {
      this.dragged = this.tileOf(event.target);
    });
    this.list.addEventListener("dragover", (event) => this.dragOver(event));
    this.list.addEventListener("dragend", () => {
      this.dragged = undefined;
      this.changed();
    });
    this.list.addEventListener("drop", (event) => {
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
  }

  private press(target: Element): void {
    const tile = this.tileOf(target);
    if (!tile) return;
    if (target.closest(".earlier")) this.move(tile, -1);
    else if (target.closest(".remove")) this.remove(tile);
    else if (target.closest(".retry")) this.retry(tile);
    else if (target.closest(".describe")) void this.describe(tile);
  }

  private dragOver(event: DragEvent): void {
    const tile = this.tileOf(event.target);
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    if (!this.dragged || !tile || tile === this.dragged) return;
    event.preventDefault();
    const order = this.tiles();
    if (order.indexOf(this.dragged) < order.indexOf(tile)) tile.after(this.dragged);
    else tile.before(this.dragged);
  }

  private add(files: File[]): void {
    const room = Math.max(0, this.most - this.taken());
    for (const file of files.slice(0, room)) {
      const tile = this.newTile();
      this.files.set(tile, file);
      this.queue(tile);
    }
    this.showLeftOut(files.slice(room));
    this.changed();
  }

  /** Names what found no room, below the photos, until the next ones are added. */
  private showLeftOut(files: File[]): void {
    this.leftOut?.remove();
    this.leftOut = undefined;
    if (files.length === 0) return;
    const names = files.map((file) => file.name).join(language().startsWith("zh") ? "、" : ", ");
    const text = t("At most {count} photos. Left out: {names}", { count: this.most, names });
    this.leftOut = make("p", { class: "error" }, icon("circle-alert"), make("span", {}, text));
    this.list.after(this.leftOut);
    this.announce(text);
  }

  /** How many places are taken: what failed takes none. */
  private taken(): number {
    return this.tiles().filter((tile) => !tile.classList.contains("failed")).length;
  }

  private queue(tile: HTMLElement): void {
    tile.classList.add("going");
    this.waiting.push(tile);
    this.pump();
  }

  /** Sends what waits, as long as fewer than three are under way. */
  private pump(): void {
    while (this.going < AT_ONCE) {
      const tile = this.waiting.shift();
      if (!tile) return;
      const file = this.files.get(tile);
      if (!file || !tile.isConnected) continue;
      this.going += 1;
      void this.send(tile, file).finally(() => {
        this.going -= 1;
        this.changed();
        this.pump();
      });
    }
  }

  private async send(tile: HTMLElement, file: File): Promise<void> {
    try {
      this.stored(tile, await upload(file, showGoing(tile, file)));
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(0, "unexpected", String(error));
      const said = problem.errors[0]?.msg ?? problem.detail;
      const why = said.includes(file.name) ? said : `${file.name}: ${said}`;
      showFailed(tile, why, problem.status === 0 || problem.status === 429 || problem.status >= 500);
      this.announce(why);
    }
  }

  private stored(tile: HTMLElement, photo: Photo): void {
    this.photos.set(tile, photo);
    showDone(tile, photo, this.nameOf(tile, photo));
  }

  /** A photo's description comes with its upload: the picture is sent once more with the new one. */
  private async describe(tile: HTMLElement): Promise<void> {
    const photo = this.photos.get(tile);
    if (!photo) return;
    const alt = await askAlt(photo);
    if (alt === undefined || alt === photo.alt) return;
    try {
      const file = this.files.get(tile) ?? (await fileOf(photo));
      this.stored(tile, await upload(file, showGoing(tile, file), alt));
    } catch (error) {
      this.stored(tile, photo);
      this.announce(error instanceof Error ? error.message : String(error));
      complain(error);
    }
    this.changed();
    tile.querySelector<HTMLElement>(".describe")?.focus();
  }

  private retry(tile: HTMLElement): void {
    const file = this.files.get(tile);
    if (file && this.taken() >= this.most) {
      this.showLeftOut([file]);
    } else if (file && tile.hasAttribute("data-again")) {
      tile.classList.remove("failed");
      this.queue(tile);
      this.changed();
    } else {
      this.remove(tile);
      this.input.click();
    }
  }

  private move(tile: HTMLElement, by: number): void {
    const order = this.tiles();
    const place = order.indexOf(tile) + by;
    const other = order[place];
    if (!other) return;
    if (by < 0) other.before(tile);
    else other.after(tile);
    this.changed();
    this.announce(t("Photo {place} of {count}", { place: place + 1, count: order.length }));
    tile.querySelector<HTMLElement>(".earlier")?.focus();
  }

  private remove(tile: HTMLElement): void {
    const next = tile.nextElementSibling ?? tile.previousElementSibling;
    tile.remove();
    this.changed();
    next?.querySelector<HTMLElement>("button:not([hidden]), input")?.focus();
  }

  /** Shows which is the cover and what can move, and tells the form. */
  private changed(): void {
    const order = this.tiles();
    const cover = order.find((tile) => tile.dataset.photo);
    for (const [place, tile] of order.entries()) {
      const flag = tile.querySelector<HTMLElement>(".flag");
      const photo = this.photos.get(tile);
      if (flag) flag.hidden = tile !== cover;
      // The first keeps its button, which does nothing: whoever moved a photo there has the focus on it.
      tile.querySelector(".earlier")?.setAttribute("aria-disabled", String(place === 0));
      if (photo && tile.dataset.photo) nameTile(tile, photo, this.nameOf(tile, photo, place));
    }
    this.addPlace.hidden = this.taken() >= this.most;
    this.list.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** What a photo is called: by its description, its file, or its place. */
  private nameOf(tile: HTMLElement, photo: Photo, place = this.tiles().indexOf(tile)): string {
    return photo.alt || this.files.get(tile)?.name || t("Photo {place}", { place: place + 1 });
  }

  private newTile(): HTMLLIElement {
    const tile = make("li", { class: "upload" });
    this.addPlace.before(tile);
    return tile;
  }

  private tiles(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("li.upload")];
  }

  private tileOf(target: EventTarget | null): HTMLElement | undefined {
    return (target as Element | null)?.closest<HTMLElement>("li.upload") ?? undefined;
  }

  private announce(text: string): void {
    const status = this.list.parentElement?.querySelector("[data-upload-status]");
    if (status) status.textContent = text;
  }
}
