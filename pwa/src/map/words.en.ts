import type { Translation } from "@/i18n";
import type zh from "./words.zh";

export default {
  label: "Map of grids: arrow keys move it, plus and minus zoom; grids can also be chosen in the list",
  zoom_in: "Zoom in",
  zoom_out: "Zoom out",
  whole: "Show the whole town",
  risk: { red: "Red", orange: "Orange", yellow: "Yellow", blue: "Blue" },
  tasks_open: "Open tasks",
  tasks_overdue: "Overdue tasks",
  open_hazards: "Open hazards",
} satisfies Translation<typeof zh>;
