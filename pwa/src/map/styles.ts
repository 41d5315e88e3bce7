/** How villages, grids and marks look. */
import type Feature from "ol/Feature";
import type { FeatureLike } from "ol/Feature";
import type Geometry from "ol/geom/Geometry";
import MultiPolygon from "ol/geom/MultiPolygon";
import Point from "ol/geom/Point";
import type Polygon from "ol/geom/Polygon";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import RegularShape from "ol/style/RegularShape";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";

import { classOf, type Bounds } from "./classes";
import { shortCode } from "./collections";
import type { Palette } from "./palette";

/** What the styles depend on; changed in place, then the layers are told to draw again. */
export interface Look {
  palette: Palette;
  values: ReadonlyMap<string, number>;
  bounds: Bounds;
  selected: ReadonlySet<string>;
  hovered: string | null;
  labelPx: number;
}

/** Where a name stands: inside the largest part of the shape. */
export function labelPoint(geometry: Geometry | undefined): Point | undefined {
  if (!geometry) return undefined;
  const parts = geometry instanceof MultiPolygon ? geometry.getPolygons() : [geometry as Polygon];
  const largest = parts.reduce((best, part) => (part.getArea() > best.getArea() ? part : best));
  return new Point(largest.getInteriorPoint().getCoordinates());
}

const labelAt = (feature: FeatureLike) => labelPoint((feature as Feature).getGeometry());

export function gridStyle(look: Look) {
  return (feature: FeatureLike): Style[] => {
    const uid = String(feature.get("uid"));
    const { palette, selected, hovered } = look;
    const shade = classOf(look.values.get(uid) ?? 0, look.bounds);
    const styles = [new Style({
      fill: new Fill({ color: palette.ramp[shade] }),
      stroke: new Stroke({ color: palette.lineStrong, width: 1 }),
    })];
    if (selected.has(uid)) styles.push(...selectedStyles(palette));
    if (hovered === uid) styles.push(new Style({ stroke: new Stroke({ color: palette.ink, width: 2.5 }), zIndex: 3 }));
    return styles;
  };
}

/** Labels have a layer of their own above the enterprises. */
export function gridLabelStyle(look: Look) {
  return (feature: FeatureLike): Style => {
    const uid = String(feature.get("uid"));
    const shade = classOf(look.values.get(uid) ?? 0, look.bounds);
    return gridLabel(look, String(feature.get("code")), shade, look.selected.has(uid));
  };
}

/** A dark line with a light one inside: seen on every shade, without a colour of its own. */
const selectedStyles = (palette: Palette): Style[] => [
  new Style({ stroke: new Stroke({ color: palette.card, width: 6 }), zIndex: 1 }),
  new Style({ stroke: new Stroke({ color: palette.ink, width: 3 }), zIndex: 2 }),
];

const gridLabel = ({ palette, labelPx }: Look, code: string, shade: number, chosen: boolean) => new Style({
  geometry: labelAt,
  text: new Text({
    text: chosen ? `✓ ${shortCode(code)}` : shortCode(code),
    font: `${chosen ? 700 : 500} ${labelPx}px ${palette.font}`,
    fill: new Fill({ color: palette.onRamp[shade] }),
    stroke: new Stroke({ color: palette.ramp[shade], width: 3 }),
    offsetY: labelPx * 0.6,
  }),
});

export function villageStyle(look: Look) {
  return (feature: FeatureLike): Style[] => {
    const { palette, labelPx } = look;
    return [
      new Style({ stroke: new Stroke({ color: palette.ink2, width: 2 }) }),
      new Style({
        geometry: labelAt,
        text: new Text({
          text: shortName(String(feature.get("name"))),
          font: `600 ${labelPx}px ${palette.font}`,
          fill: new Fill({ color: palette.ink }),
          stroke: new Stroke({ color: palette.card, width: 4 }),
          offsetY: -labelPx * 0.7,
        }),
      }),
    ];
  };
}

/** 石湾村委会 → 石湾村; the word for the committee says nothing on a map. */
export const shortName = (name: string): string => name.replace(/(社区)?居(民)?委(员)?会$/, "$1").replace(/村(民)?委(员)?会$/, "村");

export type MarkKind = "place" | "fix" | "major";
export interface Mark { lon: number; lat: number; kind: MarkKind }

/** place: what is looked at · fix: where the worker's phone was · major: a major hazard */
export function markStyle(look: Look) {
  return (feature: FeatureLike): Style[] => {
    const { palette } = look;
    const kind = feature.get("kind") as MarkKind;
    if (kind === "major") return [new Style({ image: triangle(palette.risk.red, palette.card) })];
    if (kind === "fix") return [new Style({ image: cross(palette.ink) })];
    const ring = (color: string, width: number) =>
      new Style({ image: new CircleStyle({ radius: 15, stroke: new Stroke({ color, width }) }) });
    return [ring(palette.card, 6), ring(palette.ink, 3)];
  };
}

const triangle = (fill: string, line: string) => new RegularShape({
  points: 3, radius: 14, fill: new Fill({ color: fill }), stroke: new Stroke({ color: line, width: 2 }),
});
const cross = (color: string) => new RegularShape({
  points: 4, radius: 10, radius2: 0, angle: 0, stroke: new Stroke({ color, width: 3 }),
});
