import type { Translation } from ".";
import errors from "./errors.en";
import type zh from "./phone.zh";

export default {
  errors,
  app: { name: "Anwangge" },
} satisfies Translation<typeof zh>;
