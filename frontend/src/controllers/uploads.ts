// The uploader: tiles that are done, going or failed; three at a time; the first is the cover.

import { Problem } from "../api.ts";
import { icon, make, need } from "../dom.ts";
import { t } from "../texts.ts";
import type { Photo } from "../types.ts";
import { upload } from "../upload.ts";

const AT_ONCE = 3;

interface Tile {
  element: HTMLLIElement;
  file?: File;
  photo?: Photo;
}

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
  const most = Number(list.dataset.most);
  const addPlace = need(list, ".add-place");
  const input = need<HTMLInputElement>(addPlace, "input");
  const status = list.parentElement?.querySelector("[data-upload-status]");
  const waiting: Tile[] = [];
  let going = 0;
  let dragged: HTMLElement | undefined;

  const tiles = () => [...list.querySelectorAll<HTMLElement>("li.upload")];
  const announce = (text: string) => {
    if (status) status.textContent = text;
  };
  const changed = () => {
    const done = tiles().filter((tile) => tile.dataset.photo);
    tiles().forEach((tile, index) => {
      const flag = tile.querySelector<HTMLElement>(".flag");
      const earlier = tile.querySelector<HTMLElement>(".earlier");
      if (flag) flag.hidden = tile !== done[0];
      if (earlier) earlier.hidden = index === 0;
    });
    addPlace.hidden = tiles().length >= most;
    list.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const move = (tile: HTMLElement, by: number) => {
    const others = tiles();
    const target = others.indexOf(tile) + by;
    const other = others[target];
    if (!other) return;
    if (by < 0) other.before(tile);
    else other.after(tile);
    changed();
    announce(t("Photo {place} of {count}", { place: target + 1, count: others.length }));
    const button = tile.querySelector<HTMLElement>(".earlier");
    (button?.hidden ? tile.querySelector<HTMLElement>(".remove") : button)?.focus();
  };

  const remove = (tile: HTMLElement) => {
    const next = (tile.nextElementSibling ?? tile.previousElementSibling)?.querySelector<HTMLElement>("button, input");
    tile.remove();
    changed();
    next?.focus();
  };

  const showDone = (tile: Tile, photo: Photo) => {
    const { element } = tile;
    const name = tile.file?.name ?? t("photo");
    const earlier = make(
      "button",
      { class: "icon-button earlier", type: "button", "aria-label": t("Move {name} forward", { name }) },
      icon("arrow-left"),
    );
    const gone = make(
      "button",
      { class: "icon-button remove", type: "button", "aria-label": t("Remove {name}", { name }) },
      icon("x"),
    );
    element.className = "upload";
    element.dataset.photo = photo.id;
    element.draggable = true;
    element.replaceChildren(
      make("img", { src: photo.thumbnail_url, alt: photo.alt || name, draggable: "false" }),
      earlier,
      gone,
      make("span", { class: "flag", hidden: true }, t("Cover")),
    );
    earlier.addEventListener("click", () => move(element, -1));
    gone.addEventListener("click", () => remove(element));
    element.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      move(element, by);
    });
    element.addEventListener("dragstart", () => {
      dragged = element;
    });
    element.addEventListener("dragover", (event) => {
      if (!dragged || dragged === element) return;
      event.preventDefault();
      const order = tiles();
      if (order.indexOf(dragged) < order.indexOf(element)) element.after(dragged);
      else element.before(dragged);
    });
    element.addEventListener("dragend", () => {
      dragged = undefined;
      changed();
    });
  };

  const showFailed = (tile: Tile, why: string, again: boolean) => {
    const retry = make(
      "button",
      { class: "button slim", type: "button" },
      again ? t("Try again") : t("Choose another"),
    );
    const gone = make("button", { class: "button quiet slim", type: "button" }, t("Remove"));
    tile.element.className = "upload failed";
    tile.element.replaceChildren(
      make("p", { class: "error" }, icon("circle-alert"), make("span", {}, why)),
      make("div", { class: "row" }, retry, gone),
    );
    announce(why);
    gone.addEventListener("click", () => remove(tile.element));
    retry.addEventListener("click", () => {
      if (again) start(tile);
      else {
        remove(tile.element);
        input.click();
      }
    });
  };

  const start = (tile: Tile) => {
    const { element, file } = tile;
    if (!file) return;
    const said = make("span", {}, file.name);
    const bar = make("progress", { max: "100", value: "0", "aria-label": file.name });
    const picture = make("img", { src: URL.createObjectURL(file), alt: "" });
    element.className = "upload going";
    element.replaceChildren(picture, make("div", { class: "state" }, said, bar));
    waiting.push(tile);
    pump();
  };

  const pump = () => {
    while (going < AT_ONCE && waiting.length > 0) {
      const tile = waiting.shift();
      if (!tile?.file || !tile.element.isConnected) continue;
      going += 1;
      void send(tile, tile.file).finally(() => {
        going -= 1;
        changed();
        pump();
      });
    }
  };

  const send = async (tile: Tile, file: File) => {
    const said = tile.element.querySelector("span");
    const bar = tile.element.querySelector("progress");
    const picture = tile.element.querySelector("img")?.src;
    try {
      const photo = await upload(file, (percent) => {
        if (said) said.textContent = `${file.name} · ${percent} %`;
        if (bar) bar.value = percent;
      });
      showDone(tile, photo);
    } catch (error) {
      const problem = error instanceof Problem ? error : undefined;
      const again = problem === undefined || problem.status === 0 || problem.status === 429 || problem.status >= 500;
      showFailed(tile, problem?.detail ?? String(error), again);
    } finally {
      if (picture?.startsWith("blob:")) URL.revokeObjectURL(picture);
    }
  };

  const add = (files: Iterable<File>) => {
    for (const file of files) {
      if (tiles().length >= most) {
        announce(t("At most {count} photos.", { count: most }));
        break;
      }
      const tile: Tile = { element: make("li", { class: "upload" }), file };
      addPlace.before(tile.element);
      start(tile);
    }
    changed();
  };

  for (const photo of JSON.parse(list.dataset.photos ?? "[]") as Photo[]) {
    const tile: Tile = { element: make("li"), photo };
    addPlace.before(tile.element);
    showDone(tile, photo);
  }
  changed();
  input.addEventListener("change", (event) => {
    event.stopPropagation();
    add([...(input.files ?? [])]);
    input.value = "";
  });
  list.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  list.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });
}
