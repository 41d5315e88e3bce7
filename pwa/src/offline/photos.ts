import type { DraftPhoto } from "@/domain/inspection";
import { keepBlob } from "./blobs";

export const LONG_SIDE_PX = 1600;
export const MAX_BYTES = 500 * 1024;
const QUALITIES = [0.82, 0.7, 0.55, 0.4];

/** The file is not an image this browser can read. */
export class UnreadablePhoto extends Error {
  override name = "UnreadablePhoto";
}

/** A photo as evidence: time and place are read before shrinking strips them; then ≤ 1600 px, ≤ 500 KB, hash, store. */
export async function keepPhoto(user_id: string, file: File): Promise<DraftPhoto> {
  const { taken_at, lon, lat } = await readCapture(file);
  const small = await shrink(file);
  const { sha256 } = await keepBlob(user_id, await small.arrayBuffer(), "image/jpeg");
  return { sha256, taken_at, lon, lat };
}

async function readCapture(file: File): Promise<Omit<DraftPhoto, "sha256">> {
  const fallback = { taken_at: new Date(file.lastModified || Date.now()).toISOString(), lon: null, lat: null };
  try {
    const exifr = (await import("exifr/dist/lite.esm.mjs")).default;
    const exif = await exifr.parse(file, { pick: ["DateTimeOriginal"] });
    const place = await exifr.gps(file);
    const taken = exif?.DateTimeOriginal instanceof Date ? exif.DateTimeOriginal.toISOString() : fallback.taken_at;
    return { taken_at: taken, lon: place?.longitude ?? null, lat: place?.latitude ?? null };
  } catch {
    return fallback; // a photo without readable EXIF is still a photo
  }
}

async function shrink(file: File): Promise<Blob> {
  const Compressor = (await import("compressorjs")).default;
  const at = (quality: number) =>
    new Promise<Blob>((resolve, reject) => {
      new Compressor(file, {
        quality, maxWidth: LONG_SIDE_PX, maxHeight: LONG_SIDE_PX, mimeType: "image/jpeg", strict: false,
        success: resolve,
        error: (error) => reject(new UnreadablePhoto(error.message)),
      });
    });
  let smallest = await at(QUALITIES[0]);
  for (const quality of QUALITIES.slice(1)) {
    if (smallest.size <= MAX_BYTES) break;
    smallest = await at(quality);
  }
  return smallest;
}
