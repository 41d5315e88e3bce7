import { computed } from "vue";
import { useRoute, useRouter } from "vue-router";

/** A filter that stands in the address, so that a link shows the same rows; nothing chosen, nothing written. */
export function useAddress() {
  const route = useRoute();
  const router = useRouter();
  const part = (name: string) => computed<string>({
    get: () => String(route.query[name] ?? ""),
    set: (value) => void router.replace({ query: { ...route.query, [name]: value || undefined } }),
  });
  return { part };
}
