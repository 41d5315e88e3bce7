import type { Translation } from ".";
import errors from "./errors.en";
import type zh from "./screen.zh";

export default {
  errors,
  screen: { title: "Anwangge overview" },
} satisfies Translation<typeof zh>;
