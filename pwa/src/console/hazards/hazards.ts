/** The ledger's open rows: order and filter, pure. */
import type { Hazard, HazardState } from "@/domain/views";

export const OPEN_HAZARD_STATES: HazardState[] = ["reported", "judged", "rectifying", "awaiting_recheck"];
export const LEVELS = ["major", "general", "undecided"] as const;
export type Level = (typeof LEVELS)[number];
export const SORTS = ["urgency", "number", "enterprise", "found_at", "due"] as const;
export type Sort = (typeof SORTS)[number];

export const isOpenHazard = (hazard: Hazard): boolean => OPEN_HAZARD_STATES.includes(hazard.state);
export const isLateHazard = (hazard: Hazard, now: Date): boolean =>
  isOpenHazard(hazard) && hazard.due !== null && Date.parse(hazard.due) < now.getTime();
export const levelOf = (hazard: Hazard): Level => hazard.level ?? "undecided";

export interface WantedHazards {
  level?: string;
  state?: string;
  search?: string;
  grids?: ReadonlySet<string>;
}

export function wantedHazards(hazards: Hazard[], { level, state, search = "", grids }: WantedHazards): Hazard[] {
  const text = search.trim().toLowerCase();
  return hazards.filter((hazard) =>
    isOpenHazard(hazard)
    && (!level || levelOf(hazard) === level)
    && (!state || hazard.state === state)
    && (!grids?.size || grids.has(hazard.grid.uid))
    && (!text || [hazard.number, hazard.enterprise.name, hazard.description, hazard.department?.name ?? ""]
      .join(" ").toLowerCase().includes(text)));
}

/** Major before undecided before general; what is past its date first; the oldest first. */
const byUrgency = (now: Date) => (a: Hazard, b: Hazard) =>
  Number(b.level === "major") - Number(a.level === "major")
  || Number(isLateHazard(b, now)) - Number(isLateHazard(a, now))
  || Number(b.level === null) - Number(a.level === null)
  || byTime(a.found_at, b.found_at);

const timeOf = (at: string | null) => (at ? Date.parse(at) : Infinity);
/** What has no date stands last (and two without are equal: Infinity - Infinity is not a number). */
const byTime = (a: string | null, b: string | null) => timeOf(a) - timeOf(b) || 0;

export function sortedHazards(hazards: Hazard[], sort: Sort, now: Date): Hazard[] {
  const orders: Record<Sort, (a: Hazard, b: Hazard) => number> = {
    urgency: byUrgency(now),
    number: (a, b) => a.number.localeCompare(b.number),
    enterprise: (a, b) => a.enterprise.name.localeCompare(b.enterprise.name, "zh-CN"),
    found_at: (a, b) => byTime(b.found_at, a.found_at),
    due: (a, b) => byTime(a.due, b.due),
  };
  return [...hazards].sort((a, b) => orders[sort](a, b) || a.id.localeCompare(b.id));
}
