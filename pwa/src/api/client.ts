/**
 * The one way to the server: JSON in, JSON out, CSRF header on unsafe requests, problems as `Problem`.
 *
 * Whatever is not an answer of our server (no network, a captive portal's HTML with status 200, a proxy's error page)
 * is `Unreachable`: the caller keeps everything and tries again later.
 */
export interface ProblemBody {
  type?: string;
  title?: string;
  status: number;
  code: string;
  detail?: string;
  fields?: Record<string, unknown>;
}

export class Problem extends Error {
  override name = "Problem";
  constructor(readonly status: number, readonly code: string, readonly body: ProblemBody) {
    super(body.detail ?? body.title ?? code);
  }
  get fields() {
    return this.body.fields ?? {};
  }
}

export class Unreachable extends Error {
  override name = "Unreachable";
  constructor(readonly reason: "network" | "timeout" | "not_our_server" | "server_down", readonly status = 0) {
    super(reason);
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>;
export interface RequestOptions {
  query?: Query;
  body?: unknown;
  timeoutMs?: number;
  signal?: AbortSignal;
}

type ContactListener = (reached: boolean, serverTime: Date | null) => void;
const listeners = new Set<ContactListener>();
/**
 * Called after every request: did the server answer, and what time is it there? (`navigator.onLine` says true behind
 * a dead server.)
 */
export function onContact(listener: ContactListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
const tell = (reached: boolean, serverTime: Date | null = null) =>
  listeners.forEach((listener) => listener(reached, serverTime));

export const get = <T>(path: string, options: RequestOptions = {}) => call<T>("GET", path, options);
export const post = <T>(path: string, body: unknown, options: RequestOptions = {}) => call<T>("POST", path, { ...options, body });
export const put = <T>(path: string, body: unknown, options: RequestOptions = {}) => call<T>("PUT", path, { ...options, body });
export const del = <T = void>(path: string, options: RequestOptions = {}) => call<T>("DELETE", path, options);

export async function call<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json, application/problem+json" };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  const response = await reach(withQuery(path, options.query), {
    method,
    headers,
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
    signal: options.signal,
  }, options.timeoutMs);
  return read<T>(response);
}

/** One request with session cookie and CSRF header; throws `Unreachable` when nothing of ours answered. */
export async function reach(url: string, init: RequestInit, timeoutMs = 20_000): Promise<Response> {
  const timer = new AbortController();
  const clock = setTimeout(() => timer.abort(), timeoutMs);
  init.signal?.addEventListener("abort", () => timer.abort());
  try {
    const headers = new Headers(init.headers);
    if (init.method && !["GET", "HEAD"].includes(init.method)) headers.set("X-CSRFToken", csrfToken());
    return await fetch(url, { ...init, headers, credentials: "same-origin", cache: "no-store", signal: timer.signal });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    tell(false);
    throw new Unreachable(timer.signal.aborted ? "timeout" : "network");
  } finally {
    clearTimeout(clock);
  }
}

async function read<T>(response: Response): Promise<T> {
  if (response.status === 204) return heard(undefined as T, response);
  const body = await jsonOf(response);
  if (response.ok && body !== undefined) return heard(body as T, response);
  if (isProblem(body)) {
    tell(true);
    throw new Problem(response.status, body.code, body);
  }
  tell(false);
  throw new Unreachable(response.status >= 500 ? "server_down" : "not_our_server", response.status);
}

function heard<T>(value: T, response: Response): T {
  const date = Date.parse(response.headers.get("Date") ?? "");
  tell(true, Number.isNaN(date) ? null : new Date(date));
  return value;
}

async function jsonOf(response: Response): Promise<unknown> {
  if (!/json/.test(response.headers.get("Content-Type") ?? "")) return undefined;
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

const isProblem = (body: unknown): body is ProblemBody =>
  typeof body === "object" && body !== null && typeof (body as ProblemBody).code === "string";

export function csrfToken(): string {
  if (typeof document === "undefined") return "";
  return document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] ?? "";
}

function withQuery(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}
