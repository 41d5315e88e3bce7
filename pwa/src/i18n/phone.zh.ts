import errors from "./errors.zh";

export default {
  errors,
  app: { name: "安网格" },
};
