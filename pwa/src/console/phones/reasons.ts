import { useI18n } from "vue-i18n";

import { problemText } from "@/api/problems";
import type { SetAside } from "@/domain/quarantine";

/** What a record is about and why it was set aside, in words; what has no words is shown as it came. */
export function useReasons() {
  const { t, te } = useI18n();
  const kindOf = (type: string): string => {
    const key = `quarantine.kinds.${type.replace(".", "_")}`;
    return te(key) ? t(key) : type || t("quarantine.no_kind");
  };
  const whyOf = ({ code, detail }: Pick<SetAside, "code" | "detail">): string => {
    const key = `quarantine.codes.${code}`;
    return te(key) ? t(key) : code ? problemText(code, detail) : detail;
  };
  return { kindOf, whyOf };
}
