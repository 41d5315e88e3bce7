import type { Translation } from "@/i18n";
import type zh from "./times.zh";

export default {
  before_today: "by {clock} today",
  before_tomorrow: "by {clock} tomorrow",
  before_day: "by {day}/{month} {clock}",
  overdue_days: "{n} d overdue",
  overdue_hours: "{n} h overdue",
  overdue_minutes: "{n} min overdue",
  at_today: "{clock}",
  at_yesterday: "yesterday {clock}",
  at_day: "{day}/{month} {clock}",
  age_now: "just now",
  age_minutes: "{n} min",
  age_hours: "{n} h",
  age_days: "{n} d",
} satisfies Translation<typeof zh>;
