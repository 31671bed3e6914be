// The JSON client: one function for every call, problems (RFC 9457) as errors.

import { t } from "./texts.ts";

export interface FieldFault {
  loc: (string | number)[];
  msg: string;
  type: string;
}

/** What the server refused, or that it was not reached (status 0). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly slug: string,
    readonly detail: string,
    readonly errors: FieldFault[] = [],
  ) {
    super(detail);
  }
}

interface ProblemBody {
  type?: string;
  detail?: string;
  errors?: FieldFault[];
}

/** The problem of an answer's body, whatever that holds. */
export function problemOf(status: number, body: unknown): Problem {
  const said = (typeof body === "object" && body !== null ? body : {}) as ProblemBody;
  const slug = (said.type ?? "").split("/").pop() || "unexpected";
  const detail = said.detail || t("Something went wrong. Try again in a moment.");
  return new Problem(status, slug, detail, said.errors ?? []);
}

export function notReached(): Problem {
  return new Problem(0, "not_reached", t("No connection. Try again."));
}

export interface Options {
  headers?: Record<string, string>;
  keepalive?: boolean;
}

/** Calls the API; the answer's JSON, or undefined for 204. Throws Problem. */
export async function call<Answer>(
  method: string,
  path: string,
  body?: unknown,
  options: Options = {},
): Promise<Answer> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  const request: RequestInit = { method, headers, credentials: "same-origin", keepalive: options.keepalive ?? false };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(path, request);
  } catch {
    throw notReached();
  }
  const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (!response.ok) throw problemOf(response.status, answer);
  return answer as Answer;
}

/** A key under which the server answers a repeated request only once. */
export function idempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
