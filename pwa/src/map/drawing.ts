/**
 * The OpenLayers map: layers bottom to top (where labels collide the upper one stays), what the mouse may do,
 * and the first view.
 */
import Feature from "ol/Feature";
import OlMap from "ol/Map";
import View from "ol/View";
import GeoJSON from "ol/format/GeoJSON";
import Point from "ol/geom/Point";
import { shiftKeyOnly } from "ol/events/condition";
import { defaults } from "ol/interaction/defaults";
import DragBox from "ol/interaction/DragBox";
import VectorLayer from "ol/layer/Vector";
import { fromLonLat } from "ol/proj";
import VectorSource from "ol/source/Vector";

import type { Grids, Villages } from "./collections";
import { clustered, enterprisesAt, enterpriseStyle, pointsOf, type Plotted } from "./enterprises";
import { gridLabelStyle, gridStyle, markStyle, villageStyle, type Look, type Mark } from "./styles";

/** Top, right, bottom, left: clear of the cards in the corners. */
const PADDING_PX = [28, 28, 44, 28];

export interface Pointed { grid: string | null; enterprises: Plotted[] }

export class Drawing {
  private readonly villages = new VectorSource();
  private readonly grids = new VectorSource();
  private readonly enterprises = clustered();
  private readonly marks = new VectorSource();
  private readonly gridLayer: VectorLayer;
  private readonly enterpriseLayer: VectorLayer;
  private readonly layers: VectorLayer[];
  private readonly map: OlMap;
  /** Once a person has moved the map it stays where they put it. */
  private moved = false;

  constructor(target: HTMLElement, look: Look) {
    this.gridLayer = new VectorLayer({ source: this.grids, style: gridStyle(look) });
    this.enterpriseLayer = new VectorLayer({
      source: this.enterprises, style: enterpriseStyle(look), declutter: true,
    });
    this.layers = [
      this.gridLayer,
      new VectorLayer({ source: this.grids, style: gridLabelStyle(look), declutter: true }),
      this.enterpriseLayer,
      new VectorLayer({ source: this.villages, style: villageStyle(look), declutter: true }),
      new VectorLayer({ source: this.marks, style: markStyle(look) }),
    ];
    this.map = new OlMap({
      target,
      layers: this.layers,
      controls: [],
      interactions: defaults({
        doubleClickZoom: false, shiftDragZoom: false, altShiftDragRotate: false, pinchRotate: false,
      }),
      view: new View({ center: [0, 0], zoom: 12, enableRotation: false, maxZoom: 20 }),
    });
    this.map.on("pointerdrag", () => (this.moved = true));
    target.addEventListener("wheel", () => (this.moved = true), { passive: true });
    this.map.on("change:size", () => this.moved || this.fit());
  }

  close(): void {
    this.map.setTarget(undefined);
  }

  onClick(heard: (at: Pointed) => void): void {
    this.map.on("click", (event) => heard(this.at(event.pixel)));
  }

  onMove(heard: (at: Pointed | null) => void): void {
    this.map.on("pointermove", (event) => event.dragging || heard(this.at(event.pixel)));
    this.map.getTargetElement()!.addEventListener("pointerleave", () => heard(null));
  }

  /** Shift and drag: the grids touched by the box. */
  onBox(heard: (uids: string[]) => void): void {
    const box = new DragBox({ condition: shiftKeyOnly, className: "map-box" });
    box.on("boxend", () => {
      const extent = box.getGeometry()!.getExtent();
      const touched = this.grids.getFeatures().filter((grid) => grid.getGeometry()?.intersectsExtent(extent));
      heard(touched.map((grid) => String(grid.get("uid"))));
    });
    this.map.addInteraction(box);
  }

  showTerritory(villages: Villages, grids: Grids): void {
    this.refill(this.villages, this.read(villages));
    this.refill(this.grids, this.read(grids));
    if (!this.moved) this.fit();
  }

  showEnterprises(enterprises: Iterable<Plotted>): void {
    const source = this.enterprises.getSource()!;
    source.clear(true);
    source.addFeatures(pointsOf(enterprises));
  }

  showMarks(marks: Mark[]): void {
    this.refill(this.marks, marks.map(({ lon, lat, kind }) =>
      new Feature({ geometry: new Point(fromLonLat([lon, lat])), kind })));
  }

  redraw(): void {
    this.layers.forEach((layer) => layer.changed());
  }

  zoom(by: number): void {
    const view = this.map.getView();
    view.setZoom((view.getZoom() ?? 12) + by);
    this.moved = true;
  }

  fit(): void {
    const extent = this.grids.getExtent();
    const [width = 0, height = 0] = this.map.getSize() ?? [];
    if (!this.grids.getFeatures().length || width < 80 || height < 80) return;
    this.map.getView().fit(extent!, { padding: PADDING_PX });
    this.moved = false;
  }

  private at(pixel: number[]): Pointed {
    const of = (layer: VectorLayer, hitTolerance: number) => {
      const layerFilter = (one: unknown) => one === layer;
      return this.map.forEachFeatureAtPixel(pixel, (feature) => feature, { layerFilter, hitTolerance });
    };
    const grid = of(this.gridLayer, 0);
    const point = of(this.enterpriseLayer, 3);
    return { grid: grid ? String(grid.get("uid")) : null, enterprises: point ? enterprisesAt(point) : [] };
  }

  private read(collection: Villages | Grids): Feature[] {
    return new GeoJSON().readFeatures(collection, { dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" }) as Feature[];
  }

  private refill(source: VectorSource, features: Feature[]): void {
    source.clear(true);
    source.addFeatures(features);
  }
}
