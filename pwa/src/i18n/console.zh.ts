import errors from "./errors.zh";

export default {
  errors,
  console: { title: "安网格工作台" },
};
