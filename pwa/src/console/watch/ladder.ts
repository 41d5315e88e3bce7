/** How far a task has come, and who needs a call: worked out from facts with their times. */
import { isOpen, isOverdue } from "@/domain/tasks";
import type { Dispatch, LadderStep, Task } from "@/domain/views";

export const RUNGS: LadderStep[] = ["stored", "on_phone", "opened", "accepted", "on_site", "submitted"];
export type Standing = "overdue" | "stuck" | "moving" | "done";
export const STANDINGS: Standing[] = ["overdue", "stuck", "moving", "done"];

const MINUTE_MS = 60_000;
/** How long a task may stay on a rung before somebody should look; who has accepted has time until the deadline. */
const PATIENCE_MS: Partial<Record<LadderStep, number>> = {
  stored: 5 * MINUTE_MS,
  on_phone: 120 * MINUTE_MS,
  opened: 120 * MINUTE_MS,
  on_site: 180 * MINUTE_MS,
};

export const rungOf = (task: Task): LadderStep => [...RUNGS].reverse().find((rung) => task.ladder[rung]) ?? "stored";
export const rungIndex = (task: Task): number => RUNGS.indexOf(rungOf(task));
/** Since when it stands on its rung. */
export const sinceOf = (task: Task): string => task.ladder[rungOf(task)] ?? task.sent_at;

export function standingOf(task: Task, now: Date): Standing {
  if (!isOpen(task)) return "done";
  if (isOverdue(task, now)) return "overdue";
  const patience = PATIENCE_MS[rungOf(task)];
  return patience !== undefined && now.getTime() - Date.parse(sinceOf(task)) > patience ? "stuck" : "moving";
}

/** Overdue and stuck ones first; then the lowest rung, and on it the longest waiting. Of the done the latest first. */
export function stuckFirst(tasks: Task[], now: Date): Task[] {
  const keyed = tasks.map((task) => {
    const standing = STANDINGS.indexOf(standingOf(task, now));
    const since = Date.parse(sinceOf(task));
    return { task, standing, rung: rungIndex(task), since: STANDINGS[standing] === "done" ? -since : since };
  });
  keyed.sort((a, b) =>
    a.standing - b.standing || a.rung - b.rung || a.since - b.since || a.task.id.localeCompare(b.task.id));
  return keyed.map(({ task }) => task);
}

/** How many have reached each rung at least; `finished` have reached them all. */
export function reached(tasks: Task[], finished = 0): Record<LadderStep, number> {
  const climbed = (i: number) => tasks.filter((task) => rungIndex(task) >= i).length;
  return Object.fromEntries(RUNGS.map((rung, i) => [rung, climbed(i) + finished])) as Record<LadderStep, number>;
}

export interface Wanted {
  dispatch?: string;
  standing?: string;
  search?: string;
  grids?: ReadonlySet<string>;
}

export function wanted(tasks: Task[], { dispatch, standing, search = "", grids }: Wanted, now: Date): Task[] {
  const text = search.trim().toLowerCase();
  return tasks.filter((task) =>
    (!dispatch || task.dispatch_id === dispatch)
    && (!standing || standingOf(task, now) === standing)
    && (!grids?.size || grids.has(task.grid.uid))
    && (!text || [task.enterprise.name, task.assignee.name, task.grid.name, task.grid.code, task.title]
      .join(" ").toLowerCase().includes(text)));
}

/**
 * Dispatches as the server told them, with what has come in since.
 * The live copy lets go of tasks a week after they are finished: those have climbed every rung.
 */
export function dispatchRows(dispatches: Dispatch[], tasks: Task[], now: Date) {
  const groups = byDispatch(tasks);
  return dispatches.map((dispatch) => {
    const held = groups.get(dispatch.id) ?? [];
    const finished = Math.max(0, Math.min(dispatch.task_count - held.length, dispatch.submitted_count));
    return {
      dispatch,
      counts: reached(held, finished),
      total: Math.max(dispatch.task_count, held.length),
      waiting: held.filter((task) => ["overdue", "stuck"].includes(standingOf(task, now))).length,
    };
  });
}

function byDispatch(tasks: Task[]): Map<string, Task[]> {
  const groups = new Map<string, Task[]>();
  for (const task of tasks) {
    const group = groups.get(task.dispatch_id);
    if (group) group.push(task);
    else groups.set(task.dispatch_id, [task]);
  }
  return groups;
}
