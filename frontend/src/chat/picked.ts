// Photos for the next message: picked, dropped or pasted, sent to the server at once, at most four.

import { Problem } from "../api.ts";
import { icon, make, need } from "../dom.ts";
import { LINE } from "../line.ts";
import { t } from "../texts.ts";
import type { Photo } from "../types.ts";
import { upload } from "../upload.ts";

export class Picked {
  private readonly photos = new Map<HTMLElement, Photo>();
  private readonly waiting = new Map<HTMLElement, File>();
  private readonly list: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly most: number;

  constructor(
    form: HTMLFormElement,
    dropPlace: HTMLElement,
    private readonly changed: () => void,
    private readonly say: (text: string) => void,
  ) {
    this.list = need(form, ".picked");
    this.input = need<HTMLInputElement>(form, "input[type=file]");
    this.most = Number(form.dataset.photosMost);
    this.input.addEventListener("change", () => {
      this.add([...(this.input.files ?? [])]);
      this.input.value = "";
    });
    window.addEventListener("online", () => this.sendWaiting());
    window.addEventListener(LINE, (event) => (event as CustomEvent<boolean>).detail && this.sendWaiting());
    form.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      this.add(files);
    });
    dropPlace.addEventListener("dragover", (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
    dropPlace.addEventListener("drop", (event) => {
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
  }

  get ready(): Photo[] {
    return this.tiles().flatMap((tile) => this.photos.get(tile) ?? []);
  }

  get isGoing(): boolean {
    return this.list.querySelector(".going") !== null;
  }

  /** Whether the server was not reached with some: these are sent again when the line is back. */
  get isWaiting(): boolean {
    return this.tiles().some((tile) => this.waiting.has(tile));
  }

  clear(): void {
    for (const tile of this.tiles()) if (!tile.matches(".failed")) tile.remove();
    this.tell();
  }

  /** Puts back photos that are stored already. */
  restore(photos: Photo[]): void {
    for (const photo of photos.slice(0, this.most - this.tiles().length)) this.stored(this.newTile(), photo);
    this.tell();
  }

  private add(files: File[]): void {
    const room = this.most - this.tiles().length;
    if (files.length > room) this.say(t("At most {count} photos in a message.", { count: this.most }));
    for (const file of files.slice(0, room)) void this.send(this.newTile(), file);
    this.tell();
  }

  private sendWaiting(): void {
    for (const [tile, file] of [...this.waiting]) void this.send(tile, file);
  }

  private async send(tile: HTMLElement, file: File): Promise<void> {
    const bar = make("progress", { max: "100", value: "0", "aria-label": file.name });
    this.waiting.delete(tile);
    tile.className = "going";
    tile.replaceChildren(bar, this.removing(tile, file.name));
    this.tell();
    try {
      const progress = (percent: number) => {
        bar.value = percent;
      };
      this.stored(tile, await upload(file, progress, "", "message"), file.name);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const again = make("button", { class: "button slim", type: "button" }, t("Try again"));
      again.addEventListener("click", () => void this.send(tile, file));
      if (!tile.isConnected) return; // removed meanwhile
      if (error instanceof Problem && error.status === 0) this.waiting.set(tile, file);
      tile.className = "failed";
      tile.replaceChildren(make("p", { class: "error" }, why), again, this.removing(tile, file.name));
      this.say(why);
    }
    this.tell();
  }

  private stored(tile: HTMLElement, photo: Photo, name = t("photo")): void {
    this.photos.set(tile, photo);
    tile.className = "";
    const picture = make("img", { src: photo.thumbnail_url, alt: photo.alt || name, width: "72", height: "72" });
    tile.replaceChildren(picture, this.removing(tile, name));
  }

  private removing(tile: HTMLElement, name: string): HTMLButtonElement {
    const label = t("Remove {name}", { name });
    const button = make("button", { class: "icon-button", type: "button", "aria-label": label }, icon("x"));
    button.addEventListener("click", () => {
      tile.remove();
      this.waiting.delete(tile);
      this.tell();
      this.input.focus();
    });
    return button;
  }

  private newTile(): HTMLElement {
    const tile = make("li");
    this.list.append(tile);
    return tile;
  }

  private tiles(): HTMLElement[] {
    return [...this.list.children] as HTMLElement[];
  }

  private tell(): void {
    this.list.hidden = this.list.children.length === 0;
    this.changed();
  }
}
