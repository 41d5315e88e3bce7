/** Enterprises as points: risk has a colour and a shape, and where many stand together a number. */
import Feature, { type FeatureLike } from "ol/Feature";
import Point from "ol/geom/Point";
import { fromLonLat } from "ol/proj";
import Cluster from "ol/source/Cluster";
import VectorSource from "ol/source/Vector";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import RegularShape from "ol/style/RegularShape";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";

import type { Enterprise } from "@/domain/views";
import { RISKS, type Palette, type Risk } from "./palette";
import type { Look } from "./styles";

/** Always drawn; the labels of grids keep clear of it. */
const declutterMode = "obstacle";
export type Plotted = Pick<Enterprise, "id" | "name" | "risk" | "lon" | "lat">;

export const clustered = () =>
  new Cluster({ distance: 44, minDistance: 20, source: new VectorSource<Feature<Point>>() });

export const pointsOf = (enterprises: Iterable<Plotted>): Feature<Point>[] =>
  [...enterprises].map((enterprise) =>
    new Feature({ geometry: new Point(fromLonLat([enterprise.lon, enterprise.lat])), enterprise }));

/** The enterprises behind one drawn point. */
export const enterprisesAt = (drawn: FeatureLike): Plotted[] =>
  ((drawn.get("features") as Feature[] | undefined) ?? []).map((feature) => feature.get("enterprise") as Plotted);

export const riskOf = ({ risk }: { risk: string }): Risk => (RISKS.includes(risk as Risk) ? (risk as Risk) : "blue");

/** How many of each risk, worst first. */
export function riskCounts(enterprises: Plotted[]): [Risk, number][] {
  return RISKS.map((risk): [Risk, number] => [risk, enterprises.filter((one) => riskOf(one) === risk).length])
    .filter(([, count]) => count > 0);
}

export function enterpriseStyle(look: Look) {
  return (drawn: FeatureLike): Style => {
    const here = enterprisesAt(drawn);
    return here.length === 1 ? single(riskOf(here[0]), look.palette) : many(here, look.palette);
  };
}

const single = (risk: Risk, palette: Palette) => new Style({
  image: shapeOf(risk, new Fill({ color: palette.risk[risk] }), new Stroke({ color: palette.card, width: 1.5 })),
});

function shapeOf(risk: Risk, fill: Fill, stroke: Stroke) {
  switch (risk) {
    case "red": return new RegularShape({ points: 3, radius: 9, declutterMode, fill, stroke });
    case "orange": return new RegularShape({ points: 4, radius: 7.5, declutterMode, fill, stroke });
    case "yellow": return new RegularShape({ points: 4, radius: 7.5, angle: Math.PI / 4, declutterMode, fill, stroke });
    case "blue": return new CircleStyle({ radius: 5, declutterMode, fill, stroke });
  }
}

function many(here: Plotted[], palette: Palette): Style {
  const [[worst]] = riskCounts(here);
  // among many only the two high risks are told apart: rings in four colours everywhere would say nothing
  const high = worst === "red" || worst === "orange";
  return new Style({
    image: new CircleStyle({
      declutterMode,
      radius: here.length < 10 ? 8 : here.length < 100 ? 10 : 13,
      fill: new Fill({ color: palette.card }),
      stroke: new Stroke({ color: high ? palette.risk[worst] : palette.lineStrong, width: high ? 2.5 : 1 }),
    }),
    text: new Text({
      declutterMode: "none",
      text: String(here.length),
      font: `500 11px ${palette.font}`,
      fill: new Fill({ color: palette.ink }),
    }),
  });
}
