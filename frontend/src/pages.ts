// Pages of this site, fetched as documents.

/** The page at the address, also where it is one that says what is wrong. Throws where it is not reached. */
export async function pageAt(url: string, signal?: AbortSignal): Promise<Document> {
  const request: RequestInit = { headers: { Accept: "text/html" }, credentials: "same-origin" };
  if (signal) request.signal = signal;
  const response = await fetch(url, request);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}
