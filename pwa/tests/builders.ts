import type { InspectionDraft } from "@/domain/inspection";
import type { Checklist, Task } from "@/domain/views";
import type { StreamEvent } from "@/realtime/replica";

export const WORKER = "0193-worker";
export const OTHER = "0193-other";
export const MINE = `p:${WORKER}`;

export function task(over: Partial<Task> = {}): Task {
  return {
    id: "task-1", version: 1, kind: "inspection", state: "sent", title: "小场所检查", dispatch_id: "dispatch-1",
    priority: "normal", note: "", deadline: "2026-11-24T09:00:00Z", sent_at: "2026-11-23T10:10:00Z",
    issued_by: { id: "lead", name: "陈丽华" }, department: null, assignee: { id: WORKER, name: "黄志强" },
    assignment_no: 1, checklist_id: "list-1",
    enterprise: {
      id: "e-1", name: "石迳村电动车充电棚", kind: "shop", sectors: ["11"], tags: [], risk: "general", address: "石迳村口",
      lon: 112.4, lat: 22.2, principal: "谭先生", principal_phone: "", grid_uid: "g-1", village_code: "440783107203", workers: 2,
    },
    grid: { uid: "g-1", code: "440783107203001", name: "石迳第一网格" },
    ladder: { stored: "2026-11-23T10:10:00Z", on_phone: null, opened: null, accepted: null, on_site: null, submitted: null },
    inspection_id: null, reason: null, check_in: null, parties: [],
    ...over,
  };
}

export const sent = (q: number, over: Partial<Task> = {}): StreamEvent => ({
  s: MINE, q, t: "task.sent", at: "2026-11-23T10:10:00Z", b: { task: task(over) },
});
export const changed = (q: number, over: Partial<Task>): StreamEvent => ({ ...sent(q, over), t: "task.changed" });
export const left = (q: number, task_id: string, version: number): StreamEvent => ({
  s: MINE, q, t: "task.left", at: "2026-11-23T10:20:00Z", b: { task_id, version, reason: "handed_over" },
});

export function checklist(): Checklist {
  const item = (key: string) => ({
    key, section: { zh: "用电", en: "Electricity" }, text: { zh: "线路", en: "Wiring" }, photo_when_failed: true,
    clauses: [{ id: `${key}-clause`, standard: "T 1", number: "5.1", text: "不得在楼道充电", level_hint: "general" as const }],
  });
  return {
    id: "list-1", key: "small", version: 1, title: { zh: "小场所", en: "Small venue" }, sector: "11",
    standards: [{ title: "导则", number: "T 1", effective_from: "2026-01-01" }], items: [item("a"), item("b")],
  };
}

export function draft(over: Partial<InspectionDraft> = {}): InspectionDraft {
  return {
    user_id: WORKER, task_id: "task-1", op_id: "op-draft", inspection_id: "inspection-1", assignment_no: 1,
    checklist_id: "list-1", started_at: "2026-11-23T01:00:00Z", position: null, no_fix_reason: "定位失败",
    answers: {}, submitted_as: null,
    signatures: {
      subject: { name: "", sha256: null, refused_reason: null },
      inspector: { name: "", sha256: null, refused_reason: null },
    },
    ...over,
  };
}

/** A repeatable stand-in for chance (mulberry32). */
export function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
