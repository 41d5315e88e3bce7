/** The order a lead fills in before anybody is sent anywhere: pure rules. */
import { clockOf, dayOf } from "@/domain/times";
import type { Priority } from "@/domain/views";

export const PER_GRID_MAX = 10;
export const DUE_CHOICES = { today: 0, tomorrow: 1, three_days: 3, week: 7 } as const;
export type DueChoice = keyof typeof DUE_CHOICES;

export interface Order {
  /** Made here and kept over every retry, so that an answer lost on the way never sends twice. */
  id: string;
  title: string;
  checklist_id: string;
  deadline: string | null;
  per_grid: number;
  priority: Priority;
  note: string;
}

const DAY_MS = 86_400_000;
/** China has had one zone and no summer time since 1991. */
const ZONE_OFFSET = "+08:00";

/** 17:00 in the town, so many days from today. */
export const deadlineOf = (choice: DueChoice, now: Date): string =>
  `${dayOf(new Date(now.getTime() + DUE_CHOICES[choice] * DAY_MS))}T17:00:00${ZONE_OFFSET}`;

/** 17:00 of today is no choice at six in the evening. */
export const choicesAt = (now: Date): DueChoice[] =>
  (Object.keys(DUE_CHOICES) as DueChoice[]).filter((choice) => Date.parse(deadlineOf(choice, now)) > now.getTime());

export const choiceOf = (deadline: string | null, now: Date): DueChoice | null =>
  choicesAt(now).find((choice) => Date.parse(deadlineOf(choice, now)) === Date.parse(deadline ?? "")) ?? null;

/** What a date field shows, 2026-11-24T17:00, in the town's zone wherever the computer believes to be; and back. */
export const fieldOf = (deadline: string | null): string => {
  if (!deadline) return "";
  const at = new Date(deadline);
  return `${dayOf(at)}T${clockOf(at)}`;
};
export const ofField = (text: string): string | null => (text ? `${text}:00${ZONE_OFFSET}` : null);

export type Missing = "grids" | "checklist" | "title" | "deadline" | "past" | "per_grid";

/** The first thing that stands in the way, or nothing. */
export function missingIn(order: Order, gridCount: number, now: Date): Missing | null {
  if (!gridCount) return "grids";
  if (!order.checklist_id) return "checklist";
  if (!order.title.trim()) return "title";
  if (!order.deadline) return "deadline";
  if (Date.parse(order.deadline) <= now.getTime()) return "past";
  const whole = Number.isInteger(order.per_grid) && order.per_grid >= 1 && order.per_grid <= PER_GRID_MAX;
  return whole ? null : "per_grid";
}
