import type { Translation } from ".";
import errors from "./errors.en";
import type zh from "./console.zh";

export default {
  errors,
  console: { title: "Anwangge console" },
} satisfies Translation<typeof zh>;
