/** Times as people say them, worked out in the zone of the town. The words are in the message files. */
export const ZONE = "Asia/Shanghai";
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

export interface Saying {
  key: string;
  values: Record<string, string | number>;
}

const dayFormat = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit" });
const clockFormat = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" });

/** The calendar day in the town: 2026-11-23. */
export const dayOf = (time: Date): string => dayFormat.format(time);
export const clockOf = (time: Date): string => clockFormat.format(time);
const daysBetween = (from: Date, to: Date) => Math.round((Date.parse(dayOf(to)) - Date.parse(dayOf(from))) / DAY_MS);
const monthFormat = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, month: "short" });
/** The day of a time for the message files: 11 and 3, and "Nov" for English. */
export function dayValues(time: Date): { month: number; day: number; mon: string } {
  const [, month, day] = dayOf(time).split("-").map(Number);
  return { month, day, mon: monthFormat.format(time) };
}

/** 今天 17:00 前 · 明天 12:00 前 · 11月30日 17:00 前 · 逾期 3 小时 · 逾期 2 天 */
export function deadlineSaying(deadline: string, now: Date): Saying {
  const due = new Date(deadline);
  if (due < now) return overdueSaying(now.getTime() - due.getTime());
  const clock = clockOf(due);
  const days = daysBetween(now, due);
  if (days === 0) return { key: "times.before_today", values: { clock } };
  if (days === 1) return { key: "times.before_tomorrow", values: { clock } };
  return { key: "times.before_day", values: { ...dayValues(due), clock } };
}

function overdueSaying(ms: number): Saying {
  if (ms >= DAY_MS) return { key: "times.overdue_days", values: { n: Math.floor(ms / DAY_MS) } };
  if (ms >= HOUR_MS) return { key: "times.overdue_hours", values: { n: Math.floor(ms / HOUR_MS) } };
  return { key: "times.overdue_minutes", values: { n: Math.max(1, Math.floor(ms / MINUTE_MS)) } };
}

/** 08:02 · 昨天 18:10 · 11月3日 09:15 */
export function momentSaying(time: string, now: Date): Saying {
  const at = new Date(time);
  const clock = clockOf(at);
  const days = daysBetween(at, now);
  if (days === 0) return { key: "times.at_today", values: { clock } };
  if (days === 1) return { key: "times.at_yesterday", values: { clock } };
  return { key: "times.at_day", values: { ...dayValues(at), clock } };
}

/** 刚刚 · 12 分钟 · 3 小时 · 2 天 */
export function ageSaying(time: string, now: Date): Saying {
  const ms = now.getTime() - Date.parse(time);
  if (ms < MINUTE_MS) return { key: "times.age_now", values: {} };
  if (ms < HOUR_MS) return { key: "times.age_minutes", values: { n: Math.floor(ms / MINUTE_MS) } };
  if (ms < DAY_MS) return { key: "times.age_hours", values: { n: Math.floor(ms / HOUR_MS) } };
  return { key: "times.age_days", values: { n: Math.floor(ms / DAY_MS) } };
}
