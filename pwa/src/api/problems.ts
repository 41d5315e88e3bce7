import { Problem, Unreachable } from "./client";
import { currentLocale, say } from "@/i18n";

type Catalogue = Record<string, { status: number; zh: string; en: string; fault: "client" | "server" | "state" }>;

// Written from the server's catalogue before the build; absent in a fresh checkout. Fetched beside the first screen,
// not before it: until it is here, the server's own detail is shown.
let catalogue: Catalogue = {};
for (const load of Object.values(import.meta.glob<Catalogue>("./problems.gen.json", { import: "default" }))) {
  void load().then((texts) => (catalogue = texts), () => undefined);
}

/** What to tell a person about a problem code; the server's own detail when the code is not in the catalogue. */
export function problemText(code: string, detail?: string | null): string {
  const entry = catalogue[code];
  const text = entry && (currentLocale() === "en" ? entry.en : entry.zh);
  return text || detail || code;
}

/** What to tell a person about anything that was thrown. */
export function errorText(error: unknown): string {
  if (error instanceof Problem) return problemText(error.code, error.body.detail);
  if (error instanceof Unreachable) return say(`errors.${error.reason}`);
  return say("errors.unexpected", { detail: error instanceof Error ? error.message : String(error) });
}
