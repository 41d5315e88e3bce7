/** Who owes most stands first: pure. */
import type { Overview } from "@/domain/views";

export type Duty = Overview["departments"][number];
export const DUTY_COLUMNS = ["tasks_open", "tasks_overdue", "hazards_open", "hazards_overdue", "done_30d"] as const;
export const ROWS_MAX = 12;

const overdue = (duty: Duty) => duty.tasks_overdue + duty.hazards_overdue;
const open = (duty: Duty) => duty.tasks_open + duty.hazards_open;

export const inDebtOrder = (duties: Duty[]): Duty[] =>
  [...duties].sort((a, b) => overdue(b) - overdue(a) || open(b) - open(a) || b.done_30d - a.done_30d);

export const isLate = (column: (typeof DUTY_COLUMNS)[number], n: number): boolean =>
  column.endsWith("overdue") && n > 0;
