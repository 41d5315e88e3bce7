/** Can everybody be reached? Phones and communication tests, as the office reads them. */
import type { components } from "@/api/schema.gen";

type Schemas = components["schemas"];

/** On a device, worst first. */
export const VERDICTS = ["holding", "silent", "clock", "old_app", "ok"] as const;
export type DeviceVerdict = (typeof VERDICTS)[number];
export type Device = Omit<Schemas["DeviceView"], "verdicts"> & { verdicts: DeviceVerdict[] };

/** Of a test for one person, worst first. */
export const OUTCOMES = ["never", "waiting", "late", "reached"] as const;
export type Outcome = (typeof OUTCOMES)[number];
export type TestSummary = Schemas["TestSummary"];
export type TestReply = Omit<Schemas["ReplyView"], "outcome" | "way"> & { outcome: Outcome; way: "live" | "pull" | null };
export type TestResult = Omit<Schemas["TestResult"], "replies"> & { replies: TestReply[] };
export type TestSchedule = Schemas["ScheduleView"];

export const verdictOf = (device: Device): DeviceVerdict => device.verdicts[0] ?? "ok";

export interface WantedDevices {
  verdict?: string;
  search?: string;
  grids?: ReadonlySet<string>;
}

/** A device with two troubles is found under both. */
export function wantedDevices(devices: Device[], { verdict, search = "", grids }: WantedDevices): Device[] {
  const text = search.trim().toLowerCase();
  return devices.filter(({ verdicts, person, post, name }) =>
    (!verdict || verdicts.includes(verdict as DeviceVerdict))
    && (!grids?.size || post.grids.some(({ uid }) => grids.has(uid)))
    && (!text || [person.name, person.phone, name, ...post.grids.map((grid) => grid.name)]
      .join(" ").toLowerCase().includes(text)));
}

export const isOpenTest = (test: { closes_at: string }, now: Date): boolean =>
  Date.parse(test.closes_at) > now.getTime();

/** Who has not answered: still awaited while the test is open, never reached afterwards. */
export const missingOf = ({ counts }: TestSummary): number => counts.people - counts.reached - counts.late;
