/** What a person does on this phone. Each act is on the disk before it returns; sending follows when it can. */
import { v7 as uuid } from "uuid";

import type { CommunicationTest } from "@/domain/communication";
import { blobsNamed, bodyOf, type InspectionDraft } from "@/domain/inspection";
import type { OperationBodies, OperationType } from "@/domain/operations";
import type { Checklist, Me, Position, Task } from "@/domain/views";
import { say } from "@/i18n";
import { giveUpDraft, saveDraft } from "@/offline/drafts";
import { record } from "@/offline/operations";
import { sendSoon } from "./engine";
import { closeForm } from "./form";
import { useWork } from "./work";

const present = () => new Date().toISOString();

export const openTask = (me: Me, task: Task) =>
  act(me, "task.open", task.id, { task_id: task.id, assignment_no: task.assignment_no, at: present() });

export const acceptTask = (me: Me, task: Task) =>
  act(me, "task.accept", task.id, { task_id: task.id, assignment_no: task.assignment_no, at: present() });

export const checkIn = (me: Me, task: Task, position: Position | null, no_fix_reason: string | null) =>
  act(me, "task.check_in", task.id, {
    task_id: task.id, assignment_no: task.assignment_no, at: present(), position, no_fix_reason,
  });

/** The form of a task, begun now unless one is under way. Its ids are made here, once, however often it is sent. */
export async function beginInspection(me: Me, task: Task): Promise<InspectionDraft> {
  const work = useWork();
  const held = work.drafts.get(task.id);
  if (held && !held.submitted_as && held.assignment_no === task.assignment_no) return held;
  const { position, no_fix_reason } = lastCheckIn(task);
  const draft: InspectionDraft = {
    user_id: me.user.id, task_id: task.id, op_id: uuid(), inspection_id: uuid(), assignment_no: task.assignment_no,
    checklist_id: task.checklist_id, started_at: present(), position, no_fix_reason, answers: {},
    signatures: {
      subject: { name: task.enterprise.principal, sha256: null, refused_reason: null },
      inspector: { name: me.user.name, sha256: null, refused_reason: null },
    },
    submitted_as: null,
  };
  closeForm(me.user.id, task.id);
  await saveDraft(draft);
  await work.loadOwn(me.user.id);
  return draft;
}

export async function submitInspection(me: Me, checklist: Checklist, draft: InspectionDraft): Promise<void> {
  const body = bodyOf(checklist, draft, present());
  await record(
    { op_id: draft.op_id, user_id: me.user.id, type: "inspection.submit", target: draft.task_id, body, blobs: blobsNamed(body) },
    [me.user.id, draft.task_id],
  );
  closeForm(me.user.id, draft.task_id);
  await useWork().loadOwn(me.user.id);
  sendSoon();
}

export const confirmTest = (me: Me, test: CommunicationTest) =>
  act(me, "communication_test.confirm", test.id, { test_id: test.id, at: present() });

/** A form on a task that went to somebody else, given up by the person who began it. */
export async function giveUpInspection(me: Me, task: Task): Promise<void> {
  closeForm(me.user.id, task.id);
  await giveUpDraft(me.user.id, task.id);
  await useWork().loadOwn(me.user.id);
  sendSoon();
}

async function act<T extends OperationType>(me: Me, type: T, target: string, body: OperationBodies[T]): Promise<void> {
  await record({ user_id: me.user.id, type, target, body });
  await useWork().loadOwn(me.user.id);
  sendSoon();
}

/** Where the worker signed in on site, on this phone. */
function lastCheckIn(task: Task): { position: Position | null; no_fix_reason: string | null } {
  const bodies = useWork().operations
    .filter(({ type, target }) => type === "task.check_in" && target === task.id)
    .map(({ body }) => body as OperationBodies["task.check_in"]);
  return bodies.at(-1) ?? { position: null, no_fix_reason: say("check_in.other_phone") };
}
