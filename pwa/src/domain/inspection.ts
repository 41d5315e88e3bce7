/** The form a worker fills in: pure rules about what is missing and what is sent. */
import type { InspectionBody } from "./operations";
import type { Checklist, ChecklistItem, Position, SignatureRole, Verdict } from "./views";

export interface DraftPhoto {
  sha256: string;
  taken_at: string;
  lon: number | null;
  lat: number | null;
}
export interface DraftAnswer {
  verdict: Verdict | null;
  note: string;
  clause_id: string | null;
  photos: DraftPhoto[];
}
export interface DraftSignature {
  name: string;
  sha256: string | null;
  refused_reason: string | null;
}
export interface InspectionDraft {
  user_id: string;
  task_id: string;
  op_id: string;
  inspection_id: string;
  assignment_no: number;
  checklist_id: string;
  started_at: string;
  position: Position | null;
  no_fix_reason: string | null;
  answers: Record<string, DraftAnswer>;
  signatures: Record<SignatureRole, DraftSignature>;
  submitted_as: string | null;
}

export const emptyAnswer = (): DraftAnswer => ({ verdict: null, note: "", clause_id: null, photos: [] });
export const answerOf = (draft: InspectionDraft, item: string): DraftAnswer => draft.answers[item] ?? emptyAnswer();

export type Lack = "verdict" | "photo" | "clause_or_note";

/** What an item still needs before the form may be signed. */
export function lackOf(item: ChecklistItem, answer: DraftAnswer): Lack | null {
  if (!answer.verdict) return "verdict";
  if (answer.verdict !== "fail") return null;
  if (item.photo_when_failed && !answer.photos.length) return "photo";
  // a hazard without a word on what is wrong helps nobody; a tapped clause is enough
  if (!answer.clause_id && !answer.note.trim()) return "clause_or_note";
  return null;
}

export const lacks = (checklist: Checklist, draft: InspectionDraft): { item: ChecklistItem; lack: Lack }[] =>
  checklist.items.flatMap((item) => {
    const lack = lackOf(item, answerOf(draft, item.key));
    return lack ? [{ item, lack }] : [];
  });

export const doneCount = (checklist: Checklist, draft: InspectionDraft): number =>
  checklist.items.filter((item) => !lackOf(item, answerOf(draft, item.key))).length;

export const verdictCount = (draft: InspectionDraft, verdict: Verdict): number =>
  Object.values(draft.answers).filter((answer) => answer.verdict === verdict).length;

export const signed = ({ name, sha256, refused_reason }: DraftSignature): boolean =>
  Boolean((sha256 && name.trim()) || refused_reason?.trim());

/** What is sent. A clause belongs to a failed item only, whatever was tapped before the verdict changed. */
export function bodyOf(checklist: Checklist, draft: InspectionDraft, finished_at: string): InspectionBody {
  const { inspection_id, task_id, assignment_no, checklist_id, started_at, position, no_fix_reason } = draft;
  return {
    inspection_id, task_id, assignment_no, checklist_id, started_at, finished_at, position, no_fix_reason,
    answers: checklist.items.map((item) => {
      const { verdict, note, clause_id, photos } = answerOf(draft, item.key);
      if (!verdict) throw new Error(`item ${item.key} has no verdict`);
      const clause = verdict === "fail" ? clause_id : null;
      return { item: item.key, verdict, note: note.trim(), clause_id: clause, photos: [...photos] };
    }),
    signatures: (["subject", "inspector"] as const).map((role) => {
      const { name, sha256, refused_reason } = draft.signatures[role];
      return { role, name: name.trim(), sha256, refused_reason: sha256 ? null : refused_reason };
    }),
  };
}

export const blobsNamed = (body: InspectionBody): string[] => [
  ...new Set([
    ...body.answers.flatMap(({ photos }) => photos.map(({ sha256 }) => sha256)),
    ...body.signatures.flatMap(({ sha256 }) => (sha256 ? [sha256] : [])),
  ]),
];
