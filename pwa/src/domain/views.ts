/**
 * What the server sends, by the names the surfaces use. Generated from the server's schema (`npm run generate`);
 * where the schema says only "string", the words that string may be are written here.
 * Times are ISO 8601 with offset; positions lon/lat in degrees.
 */
import type { components } from "@/api/schema.gen";

type Schemas = components["schemas"];
/** The generated view with some fields narrowed; a field the server no longer sends does not compile. */
type Narrowed<View, Fields extends Partial<Record<keyof View, unknown>>> = Omit<View, keyof Fields> & Fields;

export interface Text { zh: string; en: string }
export type Person = Schemas["PersonView"];
export type GridRef = Schemas["GridView"];
export type Position = Schemas["PositionView"];
export interface Page<T> { results: T[]; next: string | null }

export type Role =
  | "grid_worker" | "department_lead" | "enforcement_officer" | "department_head" | "safety_office" | "town_leader"
  | "enterprise_principal" | "enterprise_staff" | "expert" | "city_supervisor" | "administrator";
export type Posting = Narrowed<Schemas["RoleView"], { role: Role }>;
export type Town = Schemas["TownView"];
export type Me = Narrowed<Schemas["Me"], { roles: Posting[] }>;
export type Health = Schemas["Health"];

export type Enterprise = Schemas["EnterpriseView"];

export type TaskState =
  | "planned" | "sent" | "accepted" | "submitted" | "completed" | "returned" | "declined" | "withdrawn";
export type Ladder = Schemas["LadderView"];
export type LadderStep = keyof Ladder;
export type Priority = "normal" | "urgent";
export type Task = Narrowed<Schemas["TaskView"], { state: TaskState; priority: Priority }>;

export type Clause = Narrowed<Schemas["ClauseView"], { level_hint: "major" | "general" }>;
export type ChecklistItem = Narrowed<Schemas["ItemView"], { clauses: Clause[] }>;
export type Checklist = Narrowed<Schemas["ChecklistView"], { items: ChecklistItem[] }>;

export type HazardState = "reported" | "judged" | "rectifying" | "awaiting_recheck" | "closed" | "cancelled" | "merged";
export type StoredPhoto = Schemas["PictureView"];
export type Hazard = Narrowed<Schemas["HazardView"], { state: HazardState; level: null | "general" | "major" }>;

export type Verdict = NonNullable<Schemas["NewAnswer"]["verdict"]>;
export type SignatureRole = Schemas["NewSignature"]["role"];
export type Inspection = Narrowed<Schemas["InspectionView"], {
  answers: Narrowed<Schemas["AnswerView"], { verdict: Verdict }>[];
  signatures: Narrowed<Schemas["SignatureView"], { role: SignatureRole }>[];
}>;

export type Dispatch = Narrowed<Schemas["DispatchView"], { priority: Priority }>;
export type NewDispatch = Schemas["NewDispatch"];
export type DispatchSent = Schemas["Sent"];
export type DispatchPreview = Schemas["PlanView"];
export type Skipped = Schemas["Skipped"];

export type Figure =
  | "major_open" | "major_overdue" | "hazards_open" | "hazards_overdue" | "tasks_open" | "tasks_overdue"
  | "sent_today" | "done_today" | "found_today" | "closed_today" | "enterprises" | "visited_30d"
  | "workers_active_today" | "workers";
export type Overview = Narrowed<Schemas["Overview"], {
  figures: Record<Figure, number>;
  burning: Hazard[];
  definitions: Record<string, Text>;
}>;

export interface GridFeature {
  type: "Feature";
  geometry: { type: "Polygon" | "MultiPolygon"; coordinates: unknown[] };
  properties: {
    uid: string; code: string; name: string; village_code: string; village_name: string; load: number; area_m2: number;
    workers: (Person & { phone: string; main: boolean })[];
  };
}
