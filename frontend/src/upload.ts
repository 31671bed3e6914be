// Sends one photo, with its progress.

import { notReached, Problem, problemOf } from "./api.ts";
import { t } from "./texts.ts";
import type { Photo } from "./types.ts";

const KINDS = ["image/jpeg", "image/png", "image/webp"];
const LARGEST = 8 * 1024 * 1024; // bytes

/** Why the server would refuse the file; empty when it may take it. */
export function refused(file: { name: string; type: string; size: number }): string {
  if (!KINDS.includes(file.type)) return t("{name} is not a JPEG, PNG or WebP.", { name: file.name });
  if (file.size > LARGEST) return t("{name} is larger than 8 MB.", { name: file.name });
  return "";
}

/** The stored photo; `progress` hears of percents. Throws Problem. */
export function upload(file: File, progress: (percent: number) => void): Promise<Photo> {
  const why = refused(file);
  if (why) return Promise.reject(new Problem(415, "unsupported_media_type", why));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(Math.round((event.loaded * 100) / event.total));
    });
    request.addEventListener("error", () => reject(notReached()));
    request.addEventListener("load", () => {
      const answer: unknown = request.response;
      if (request.status === 201) resolve(answer as Photo);
      else reject(problemOf(request.status, answer));
    });
    request.open("POST", "/api/photos");
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  });
}
