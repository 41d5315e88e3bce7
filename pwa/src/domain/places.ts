/** Distances and places, in degrees of CGCS2000 (for a phone the same as WGS-84) and metres. */
export interface Point { lon: number; lat: number }

const EARTH_RADIUS_M = 6_371_008.8;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Great-circle distance in metres; good to 0.5 %, which is less than a phone's fix. */
export function distanceM(from: Point, to: Point): number {
  const dLat = radians(to.lat - from.lat);
  const dLon = radians(to.lon - from.lon);
  const a =
    Math.sin(dLat / 2) ** 2 + Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(a)));
}

type Ring = [number, number][];

/** Is the point in the polygon (even-odd over all rings, so that holes count as outside)? */
export function inside(point: Point, geometry: { type: string; coordinates: unknown[] }): boolean {
  const polygons = (geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates]) as Ring[][];
  return polygons.some((rings) => rings.filter((ring) => crosses(point, ring)).length % 2 === 1);
}

function crosses({ lon, lat }: Point, ring: Ring): boolean {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}

export interface NavigationLink { key: "amap" | "baidu" | "other"; href: string }

/** Links that open a map app at the place; each is told that the position is WGS-84, so that it shifts it itself. */
export function navigationLinks({ lon, lat }: Point, name: string): NavigationLink[] {
  const label = encodeURIComponent(name);
  return [
    { key: "amap", href: `https://uri.amap.com/navigation?to=${lon},${lat},${label}&mode=ride&coordinate=wgs84&callnative=1` },
    {
      key: "baidu",
      href: `https://api.map.baidu.com/marker?location=${lat},${lon}&title=${label}&content=${label}` +
        "&coord_type=wgs84&output=html&src=anwangge",
    },
    { key: "other", href: `geo:${lat},${lon}?q=${lat},${lon}(${label})` },
  ];
}
