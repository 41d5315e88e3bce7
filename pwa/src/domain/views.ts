/** What the server sends, as the surfaces see it. Times are ISO 8601 with offset; positions lon/lat in degrees. */
export interface Text { zh: string; en: string }
export interface Person { id: string; name: string }
export interface GridRef { uid: string; code: string; name: string }
export interface Position { lon: number; lat: number; accuracy_m: number }

export type Role =
  | "grid_worker" | "department_lead" | "enforcement_officer" | "department_head" | "safety_office" | "town_leader"
  | "enterprise_principal" | "enterprise_staff" | "expert" | "city_supervisor" | "administrator";

export interface Posting {
  role: Role;
  division: string;
  department_id: string | null;
  enterprise_id: string | null;
}

export interface Town {
  code: string;
  name: string;
  demo: boolean;
  illustrative: boolean;
  notice: Text;
  bbox: [number, number, number, number];
}

export interface Me {
  user: { id: string; name: string; phone: string; title: string };
  roles: Posting[];
  acts: string[];
  streams: string[];
  grid_uids: string[];
  town: Town;
  epoch: string;
  server_time: string;
}

export interface Enterprise {
  id: string;
  name: string;
  kind: string;
  sectors: string[];
  tags: string[];
  risk: string;
  address: string;
  lon: number;
  lat: number;
  principal: string;
  principal_phone: string;
  grid_uid: string;
  village_code: string;
  workers: number;
  last_visit?: string | null;
}

export type TaskState =
  | "planned" | "sent" | "accepted" | "submitted" | "completed" | "returned" | "declined" | "withdrawn";
export type LadderStep = "stored" | "on_phone" | "opened" | "accepted" | "on_site" | "submitted";
export type Priority = "normal" | "urgent";

export interface Task {
  id: string;
  version: number;
  kind: "inspection";
  state: TaskState;
  title: string;
  dispatch_id: string;
  priority: Priority;
  note: string;
  deadline: string;
  sent_at: string;
  issued_by: Person;
  department: Person | null;
  assignee: Person;
  assignment_no: number;
  checklist_id: string;
  enterprise: Enterprise;
  grid: GridRef;
  ladder: Record<LadderStep, string | null>;
  inspection_id: string | null;
}

export interface Clause { id: string; number: string | null; text: string; level_hint: "major" | "general" }
export interface ChecklistItem {
  key: string;
  section: Text;
  text: Text;
  help: Text | null;
  photo_when_failed: boolean;
  clauses: Clause[];
}
export interface Checklist {
  id: string;
  key: string;
  version: number;
  title: Text;
  standard: { title: string; number: string; effective_from: string };
  items: ChecklistItem[];
}

export type HazardState = "reported" | "judged" | "rectifying" | "awaiting_recheck" | "closed" | "cancelled";
export interface StoredPhoto { sha256: string; stored: boolean }
export interface Hazard {
  id: string;
  version: number;
  number: string;
  state: HazardState;
  level: null | "general" | "major";
  description: string;
  item: string;
  sector: string;
  source: string;
  clause: { standard: string; number: string | null; text: string } | null;
  enterprise: Person & { lon: number; lat: number };
  grid: { uid: string; code: string };
  department: Person | null;
  found_at: string;
  recorded_at: string;
  found_by: Person;
  due: string | null;
  task_id: string | null;
  inspection_id: string | null;
  photos: StoredPhoto[];
  closed_at: string | null;
}

export type Verdict = "pass" | "fail" | "na";
export type SignatureRole = "inspector" | "subject";
export interface Inspection {
  id: string;
  version: number;
  task_id: string;
  assignment_no: number;
  late: boolean;
  enterprise: Person;
  grid: { uid: string; code: string };
  checklist_id: string;
  inspector: Person;
  started_at: string;
  finished_at: string;
  received_at: string;
  position: Position | null;
  no_fix_reason: string | null;
  inside_grid: boolean | null;
  distance_m: number | null;
  answers: {
    item: string;
    verdict: Verdict;
    note: string;
    clause_id: string | null;
    photos: (StoredPhoto & { taken_at: string })[];
  }[];
  signatures: {
    role: SignatureRole;
    name: string;
    sha256: string | null;
    stored: boolean;
    refused_reason: string | null;
  }[];
  hazard_ids: string[];
}

export interface Dispatch {
  id: string;
  title: string;
  kind: string;
  checklist_id: string;
  deadline: string;
  priority: Priority;
  note: string;
  sent_at: string;
  issued_by: Person;
  department: Person | null;
  task_count: number;
  submitted_count: number;
}

export interface Skipped { enterprise_id: string | null; grid_uid: string; code: string; detail: string }
export interface DispatchPreview {
  subjects: {
    enterprise: { id: string; name: string; risk: string };
    grid: { uid: string; code: string };
    assignee: Person | null;
    why_not: string | null;
  }[];
  workers: { user: Person; new: number; open: number }[];
  skipped: Skipped[];
}

export interface Overview {
  division: string;
  name: string;
  as_of: string;
  version: number;
  figures: Record<
    | "major_open" | "major_overdue" | "hazards_open" | "hazards_overdue" | "tasks_open" | "tasks_overdue"
    | "sent_today" | "done_today" | "found_today" | "closed_today" | "enterprises" | "visited_30d"
    | "workers_active_today" | "workers",
    number
  >;
  burning: Hazard[];
  grids: {
    uid: string; code: string; open_hazards: number; major_open: number;
    tasks_open: number; tasks_overdue: number; done_today: number;
  }[];
  departments: {
    id: string; name: string; short: string; tasks_open: number; tasks_overdue: number;
    hazards_open: number; hazards_overdue: number; done_30d: number;
  }[];
  trend: { day: string; sent: number; done: number; found: number; closed: number }[];
  recent: { at: string; type: string; text: Text }[];
  definitions: Record<string, Text>;
}

export interface GridFeature {
  type: "Feature";
  geometry: { type: "Polygon" | "MultiPolygon"; coordinates: unknown[] };
  properties: {
    uid: string; code: string; name: string; village_code: string; village_name: string; load: number; area_m2: number;
    workers: (Person & { phone: string; main: boolean })[];
  };
}

export interface Page<T> { results: T[]; next: string | null }
