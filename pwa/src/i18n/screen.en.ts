import door from "@/console/shell/door.en";
import times from "@/console/times.en";
import type { Translation } from ".";
import map from "@/map/words.en";
import errors from "./errors.en";
import type zh from "./screen.zh";

export default {
  errors,
  times,
  map,
  ...door,
  screen: {
    title: "Anwangge overview",
    heading: "Work safety overview",
    as_of: "as of {clock} · {age}",
    counted_at: "Counted row by row as of {at}",
    burning: "Major and overdue",
    nothing_burning: "No hazard is major or past its date",
    major: "Major",
    no_due: "no date set",
    no_department: "no department yet",
    movement: "Is work moving",
    where: "Where",
    major_here: "Major hazard here",
    owes: "Who owes",
    department: "Department",
    no_departments: "No departments have been set up",
    more_departments: "{n} more departments owe less",
    trend: "Last 30 days",
    trend_label: "Tasks sent and done, hazards found and closed on each of the last 30 days",
  },
  figures: {
    major_open: "major open",
    major_overdue: "of them late",
    sent_today: "sent today",
    done_today: "done today",
    tasks_open: "tasks open",
    tasks_overdue: "late",
    found_today: "found today",
    closed_today: "closed today",
    hazards_open: "hazards open",
    hazards_overdue: "late",
    workers_active_today: "active",
    workers: "workers",
    visited_30d: "visited",
    enterprises: "sites",
  },
  duties: {
    tasks_open: "Tasks\nopen", tasks_overdue: "Tasks\nlate", hazards_open: "Hazards\nopen", hazards_overdue: "Hazards\nlate", done_30d: "Done\n30 d",
  },
  duty_meaning: {
    tasks_open: "Tasks sent by the department and not yet submitted",
    tasks_overdue: "Those past their deadline",
    hazards_open: "Hazards whose removal the department oversees, not yet closed",
    hazards_overdue: "Those past their date",
    done_30d: "Tasks completed in the last 30 days",
  },
  trend: { tasks: "Tasks", hazards: "Hazards", sent: "sent", done: "done", found: "found", closed: "closed" },
  hazard_states: {
    reported: "Reported", judged: "Judged", rectifying: "Being rectified", awaiting_recheck: "Awaiting re-check",
    closed: "Closed", cancelled: "Cancelled", merged: "Merged",
  },
} satisfies Translation<typeof zh>;
