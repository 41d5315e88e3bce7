import errors from "./errors.zh";

export default {
  errors,
  screen: { title: "安网格总览" },
};
