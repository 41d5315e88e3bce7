/** The 30-day lines: only what this one chart needs of ECharts. */
import { LineChart } from "echarts/charts";
import { GridComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

import type { Overview } from "@/domain/views";

use([LineChart, GridComponent, CanvasRenderer]);
export type Chart = EChartsType;
type Day = Overview["trend"][number];
/** What came in, and what was dealt with. */
export const PAIRS = { tasks: ["sent", "done"], hazards: ["found", "closed"] } as const;
const HALVES = Object.values(PAIRS);

export const openChart = (place: HTMLElement): Chart => init(place, null, { renderer: "canvas" });

/** Tasks on the left, hazards on the right: what came in as a thin line, what was dealt with as a strong one. */
export function trendOption(trend: Day[]) {
  const style = getComputedStyle(document.documentElement);
  const token = (key: string) => style.getPropertyValue(`--${key}`).trim();
  const rem = parseFloat(style.fontSize);
  const words = { fontSize: rem, color: token("ink-2"), fontFamily: token("font") };
  const days = trend.map(({ day }) => day.slice(5).replace("-", "/"));
  const ends = (index: number) => index === 0 || index === days.length - 1;
  return {
    animation: false,
    grid: [
      { left: 2.4 * rem, right: "52%", top: 0.6 * rem, bottom: 1.6 * rem },
      { left: "56%", right: 0.6 * rem, top: 0.6 * rem, bottom: 1.6 * rem },
    ],
    xAxis: HALVES.map((_, gridIndex) => ({
      type: "category", data: days, gridIndex, boundaryGap: false,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: token("line-strong") } },
      axisLabel: { ...words, interval: ends, alignMinLabel: "left", alignMaxLabel: "right" },
    })),
    yAxis: HALVES.map((_, gridIndex) => ({
      type: "value", gridIndex, splitNumber: 2, minInterval: 1,
      axisLabel: words,
      splitLine: { lineStyle: { color: token("line") } },
    })),
    series: HALVES.flatMap((pair, index) => pair.map((key, i) => ({
      type: "line", xAxisIndex: index, yAxisIndex: index, symbol: "none", data: trend.map((day) => day[key]),
      lineStyle: { width: i ? rem * 0.18 : rem * 0.1, type: i ? "solid" : "dashed", color: token(i ? "accent" : "ink-2") },
    }))),
  };
}
