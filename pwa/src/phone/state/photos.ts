import { onScopeDispose, ref, watchEffect, type Ref } from "vue";

import { readBlob } from "@/offline/blobs";

/** Addresses of pictures that lie on this phone, by their hash; given back when the screen is left. */
export function usePictures(user_id: string, digests: () => string[]): Ref<Record<string, string>> {
  const urls = ref<Record<string, string>>({});
  watchEffect(() => {
    for (const digest of digests()) if (!(digest in urls.value)) void load(digest);
  });
  async function load(digest: string): Promise<void> {
    const held = await readBlob(user_id, digest);
    if (held) urls.value = { ...urls.value, [digest]: URL.createObjectURL(new Blob(held.bytes, { type: held.type })) };
  }
  onScopeDispose(() => Object.values(urls.value).forEach((url) => URL.revokeObjectURL(url)));
  return urls;
}
