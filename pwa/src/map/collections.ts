/** GeoJSON as the server sends it. */
import type { GridFeature } from "@/domain/views";

export interface VillageFeature {
  type: "Feature";
  geometry: { type: "Polygon" | "MultiPolygon"; coordinates: unknown[] };
  properties: { code: string; name: string };
}
export interface Collection<F> { type: "FeatureCollection"; features: F[] }
export type Villages = Collection<VillageFeature>;
export type Grids = Collection<GridFeature>;

/** The number of a grid in its village, as people in the village say it: 003. */
export const shortCode = (code: string): string => code.slice(-3);
/** The holder of a grid first, deputies after. */
export const holdersOf = (grid: GridFeature) =>
  [...grid.properties.workers].sort((a, b) => Number(b.main) - Number(a.main));
