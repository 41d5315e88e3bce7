import type { Position, SignatureRole, Verdict } from "./views";

/** What a person did, as it travels to the server. The id is made when the form is opened, not when it is sent. */
export interface OperationBodies {
  "task.open": { task_id: string; assignment_no: number; at: string };
  "task.accept": { task_id: string; assignment_no: number; at: string };
  "task.check_in": {
    task_id: string;
    assignment_no: number;
    at: string;
    position: Position | null;
    no_fix_reason: string | null;
  };
  "inspection.submit": InspectionBody;
  /** Said by the phone itself when a test reaches it. */
  "communication_test.answer": { test_id: string; heard_at: string; way: "live" | "pull" };
  /** Said by a person who tapped. */
  "communication_test.confirm": { test_id: string; at: string };
}
export type OperationType = keyof OperationBodies;

export interface InspectionBody {
  inspection_id: string;
  task_id: string;
  assignment_no: number;
  checklist_id: string;
  started_at: string;
  finished_at: string;
  position: Position | null;
  no_fix_reason: string | null;
  answers: {
    item: string;
    verdict: Verdict;
    note: string;
    clause_id: string | null;
    photos: { sha256: string; taken_at: string; lon: number | null; lat: number | null }[];
  }[];
  signatures: { role: SignatureRole; name: string; sha256: string | null; refused_reason: string | null }[];
}

/** The server's word on one operation. All but `retry` mean: stored there durably. */
export type ResultStatus =
  | "applied" | "replay" | "conflict" | "rejected" | "quarantined" | "awaiting_blob" | "retry";
export interface OperationResult {
  op_id: string;
  status: ResultStatus;
  code: string | null;
  detail: string | null;
  missing_blobs: string[];
  received_at: string | null;
}

/** queued: only here · acked: in force on the server · refused: kept on the server with a reason, in force nowhere. */
export type OperationState = "queued" | "acked" | "refused";
const STATE_AFTER: Record<Exclude<ResultStatus, "retry">, OperationState> = {
  applied: "acked",
  replay: "acked",
  awaiting_blob: "acked",
  conflict: "refused",
  rejected: "refused",
  quarantined: "refused",
};

/** The state a result leads to; null when it has to be sent again (also for a word this build does not know). */
export const stateAfter = (status: ResultStatus): OperationState | null =>
  status === "retry" ? null : (STATE_AFTER[status] ?? null);

/** The server's later word on an operation that it had put aside: released, or dismissed with a reason. */
export type Settlement = Pick<OperationResult, "op_id" | "status" | "code" | "detail">;

/** An operation with the server's answer to it, as the phone keeps it. */
export interface Answered<R extends OperationResult> {
  state: OperationState;
  result: R | null;
  /** When a later word took the place of the first answer. */
  settled_at?: string;
}

/** What is held after the later word. What waits to be sent stays: it goes out again, and is answered then. */
export function settled<R extends OperationResult, T extends Answered<R>>(held: T, word: Settlement, at: string): T {
  const state = stateAfter(word.status);
  if (held.state === "queued" || !held.result || !state) return held;
  const { status, code, detail } = word;
  return { ...held, state, result: { ...held.result, status, code, detail }, settled_at: at };
}
