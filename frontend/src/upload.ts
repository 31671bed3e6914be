// Sends one photo, scaled down where the browser can read it, with its progress.

import { notReached, Problem, problemOf } from "./api.ts";
import { make } from "./dom.ts";
import { t } from "./texts.ts";
import type { Photo } from "./types.ts";

const KINDS = ["image/jpeg", "image/png", "image/webp"];
const LARGEST = 8 * 1024 * 1024; // bytes
const SIDE = 2000; // px of the longest side: more is not kept
const QUALITY = 0.88;

/** Why the server would refuse the file; empty when it may take it. */
export function refused(file: { name: string; type: string; size: number }): string {
  if (/hei[cf]/i.test(file.type) || /\.hei[cf]$/i.test(file.name))
    return t(
      "{name} is a HEIC photo, and this browser cannot read those. Save it as JPEG first, or choose it on the phone.",
      {
        name: file.name,
      },
    );
  if (!KINDS.includes(file.type)) return t("{name} is not a JPEG, PNG or WebP.", { name: file.name });
  if (file.size > LARGEST) return t("{name} is larger than 8 MB.", { name: file.name });
  return "";
}

/** The picture as it is sent: at most 2,000 px, as JPEG where it was larger or of another kind. Throws Problem. */
export async function prepared(file: File): Promise<Blob> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file);
  } catch {
    const why = refused(file);
    if (why) throw new Problem(415, "unsupported_media_type", why);
    return file; // the server says what is wrong with it
  }
  const { width, height } = picture;
  const scale = Math.min(1, SIDE / Math.max(width, height));
  if (scale === 1 && !refused(file)) return file;
  const canvas = make("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const paper = canvas.getContext("2d");
  if (!paper) return file;
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.imageSmoothingQuality = "high";
  paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const smaller = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return smaller ?? file;
}

/** The stored photo; `progress` hears of percents. Throws Problem. */
export async function upload(
  file: File,
  progress: (percent: number) => void,
  alt = "",
  purpose: "public" | "message" = "public",
): Promise<Photo> {
  const picture = await prepared(file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", picture, file.name);
    if (alt) body.append("alt", alt);
    if (purpose !== "public") body.append("purpose", purpose);
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
