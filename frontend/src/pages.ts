// Pages of this site, fetched as documents.

import { notReached } from "./api.ts";

/** The page at the address, also where it is one that says what is wrong. Throws Problem (status 0) where it is not
 * reached, and AbortError where it is no longer wanted. */
export async function pageAt(url: string, signal?: AbortSignal): Promise<Document> {
  const request: RequestInit = { headers: { Accept: "text/html" }, credentials: "same-origin" };
  if (signal) request.signal = signal;
  try {
    const response = await fetch(url, request);
    return new DOMParser().parseFromString(await response.text(), "text/html");
  } catch (error) {
    throw signal?.aborted ? error : notReached();
  }
}
