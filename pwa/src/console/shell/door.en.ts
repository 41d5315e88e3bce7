import type { Translation } from "@/i18n";
import type zh from "./door.zh";

export default {
  signin: {
    phone: "Phone number",
    password: "Password",
    enter: "Sign in",
    busy: "Signing in…",
    help: "Forgotten the password? Ask your administrator to reset it.",
  },
  sign_out: "Sign out",
  notice: {
    no_rights: {
      title: "This account may not see this page",
      text: "{name}, this page is for the safety office, departments and town leaders. Grid workers and enterprises use the phone.",
      phone: "Open the phone version",
    },
    unreachable: { title: "The server cannot be reached for now" },
    again: "Try again",
  },
  fresh: {
    live: "Live",
    connecting: "Connecting",
    behind: "Not connected",
    since: "Disconnected for {age}; shown as of {at}",
    wake: "Reconnect now",
  },
} satisfies Translation<typeof zh>;
