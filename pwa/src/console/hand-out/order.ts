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
  deadline: string;
  per_grid: number;
  priority: Priority;
  note: string;
}

const DAY_MS = 86_400_000;
/** China has had one zone and no summer time since 1991. */
const ZONE_OFFSET = "+08:00";

/** 17:00 in the town, so many days from today. */
export const deadlineOf = (choice: DueChoice, now: Date): string =>
  moment(dayOf(new Date(now.getTime() + DUE_CHOICES[choice] * DAY_MS)), "17:00");

/** 17:00 of today is no choice at six in the evening. */
export const choicesAt = (now: Date): DueChoice[] =>
  (Object.keys(DUE_CHOICES) as DueChoice[]).filter((choice) => Date.parse(deadlineOf(choice, now)) > now.getTime());

export const choiceOf = (deadline: string, now: Date): DueChoice | null =>
  choicesAt(now).find((choice) => Date.parse(deadlineOf(choice, now)) === Date.parse(deadline)) ?? null;

const DAYS_AHEAD = 60;
const HALF_HOURS = Array.from({ length: 48 }, (_, i) => `${String(i >> 1).padStart(2, "0")}:${i % 2 ? "30" : "00"}`);

/** The days and times of day to choose from, in the town's zone wherever the computer believes to be. */
export const dayChoices = (now: Date): string[] =>
  Array.from({ length: DAYS_AHEAD + 1 }, (_, i) => dayOf(new Date(now.getTime() + i * DAY_MS)));
export const clockChoices = (now: Date, day: string): string[] =>
  HALF_HOURS.filter((clock) => Date.parse(moment(day, clock)) > now.getTime());
export const moment = (day: string, clock: string): string => `${day}T${clock}:00${ZONE_OFFSET}`;

export const partsOf = (deadline: string): { day: string; clock: string } => {
  const at = new Date(deadline);
  return { day: dayOf(at), clock: clockOf(at) };
};

export type Missing = "grids" | "checklist" | "title" | "past" | "per_grid";

/** The first thing that stands in the way, or nothing. */
export function missingIn(order: Order, gridCount: number, now: Date): Missing | null {
  if (!gridCount) return "grids";
  if (!order.checklist_id) return "checklist";
  if (!order.title.trim()) return "title";
  if (Date.parse(order.deadline) <= now.getTime()) return "past";
  const whole = Number.isInteger(order.per_grid) && order.per_grid >= 1 && order.per_grid <= PER_GRID_MAX;
  return whole ? null : "per_grid";
}
