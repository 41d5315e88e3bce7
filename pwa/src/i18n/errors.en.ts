import type { Translation } from ".";
import type zh from "./errors.zh";

export default {
  network: "The server cannot be reached. Check the network and try again.",
  timeout: "The server did not answer in time. Try again in a moment.",
  not_our_server: "The answer did not come from Anwangge; perhaps from a Wi-Fi sign-in page. Sign in to the network first or use mobile data.",
  server_down: "The server cannot handle this at the moment. Try again later.",
  unexpected: "Unexpected error: {detail}",
} satisfies Translation<typeof zh>;
