/** Operations that arrived and are not in force, as who looks after them reads them. */
import type { components } from "@/api/schema.gen";

type Schemas = components["schemas"];
export type SetAside = Schemas["SetAsideView"];
export type SetAsideWhole = Schemas["SetAsideWholeView"];

/** What the list can be asked for; the first is what waits for a person. */
export const STANDINGS = ["quarantined", "rejected", "conflict", "contested", "all"] as const;
export type Standing = (typeof STANDINGS)[number];
export const standingOf = (text: string): Standing => STANDINGS.find((one) => one === text) ?? "quarantined";

/** A refused one broke a rule when it came and would break it again: it can only be read. */
export const canSettle = ({ status }: Pick<SetAside, "status">): boolean => status === "quarantined";

/** Indented, if that alters nothing: a key that came twice, or a number of its own spelling, is shown as it arrived. */
export function legible(body: string): string {
  try {
    const read: unknown = JSON.parse(body);
    return JSON.stringify(read) === body ? JSON.stringify(read, null, 2) : body;
  } catch {
    return body;
  }
}
