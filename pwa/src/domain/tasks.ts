/** What a worker has to do, and in which order. Overdue is worked out, never stored. */
import type { InspectionBody, OperationState, OperationType } from "./operations";
import { distanceM, type Point } from "./places";
import type { Task, TaskState } from "./views";

export const OPEN_STATES: readonly TaskState[] = ["sent", "accepted", "returned"];
export const isOpen = (task: Task): boolean => OPEN_STATES.includes(task.state);
export const isOverdue = (task: Task, now: Date): boolean => isOpen(task) && Date.parse(task.deadline) < now.getTime();

/** Why a task stands first: the one reason that counts most. */
export type Reason = "overdue" | "returned" | "urgent" | "today" | null;
const DAY_MS = 86_400_000;

export function reasonOf(task: Task, now: Date): Reason {
  if (!isOpen(task)) return null;
  if (isOverdue(task, now)) return "overdue";
  if (task.state === "returned") return "returned";
  if (task.priority === "urgent") return "urgent";
  return Date.parse(task.deadline) - now.getTime() < DAY_MS ? "today" : null;
}

/** Overdue first, then by deadline, then by the way from `here`. */
export function inOrder<T extends Task>(tasks: T[], now: Date, here: Point | null): T[] {
  const way = (task: Task) => (here ? distanceM(here, task.enterprise) : 0);
  return [...tasks].sort(
    (a, b) =>
      Number(isOverdue(b, now)) - Number(isOverdue(a, now)) ||
      Date.parse(a.deadline) - Date.parse(b.deadline) ||
      way(a) - way(b) ||
      a.id.localeCompare(b.id),
  );
}

export function matches(task: Task, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  const { enterprise, grid, title } = task;
  const text = [enterprise.name, enterprise.address, enterprise.principal, grid.name, grid.code, title].join(" ");
  return !wanted || text.toLowerCase().includes(wanted);
}

/** What was done on this phone, sent or not. */
export interface LocalWork {
  type: OperationType;
  target: string;
  client_time: string;
  state: OperationState;
  body: object;
}

/**
 * The task as this phone knows it: the server's row, plus what was done here and is not in that row yet.
 * Only work for the present assignment counts, and nothing the server refused.
 */
export function withLocalWork(task: Task, operations: LocalWork[]): Task {
  const mine = operations.filter(
    ({ target, state, body }) =>
      target === task.id && state !== "refused" && "assignment_no" in body && body.assignment_no === task.assignment_no,
  );
  return mine.reduce(withOne, task);
}

function withOne(task: Task, { type, client_time, body }: LocalWork): Task {
  const ladder = { ...task.ladder };
  switch (type) {
    case "task.open":
      ladder.opened ??= client_time;
      return { ...task, ladder };
    case "task.accept":
      ladder.accepted ??= client_time;
      return { ...task, ladder, state: task.state === "sent" ? "accepted" : task.state };
    case "task.check_in":
      ladder.on_site ??= client_time;
      return { ...task, ladder };
    case "inspection.submit": {
      if (!["sent", "accepted"].includes(task.state)) return task;
      ladder.submitted ??= client_time;
      return { ...task, ladder, state: "submitted", inspection_id: (body as InspectionBody).inspection_id };
    }
    default:
      return task;
  }
}

/** What to say to the former holder when a task leaves the phone; nothing if it left because it is done. */
export type Farewell = "result_kept" | "left" | null;

export function farewell(task: Task, operations: Pick<LocalWork, "type" | "target" | "state">[]): Farewell {
  if (!isOpen(task)) return null;
  const taken = operations.some((o) => o.target === task.id && o.type === "inspection.submit" && o.state === "acked");
  return taken ? "result_kept" : "left";
}
