import { describe, expect, test } from "vitest";

import { boundsFor, classOf, legendOf } from "@/map/classes";
import { mix } from "@/map/palette";
import { shortName } from "@/map/styles";

describe("classes of colour", () => {
  test("nothing is a class of its own", () => {
    expect(classOf(0, boundsFor([0, 0]))).toBe(0);
    expect(classOf(1, boundsFor([0, 1]))).toBe(1);
  });

  test.each([[3], [6], [9], [19], [70], [399]])("up to %i every value has one class and the largest is not far above", (largest) => {
    const bounds = boundsFor([0, 1, largest]);
    const classes = Array.from({ length: largest + 1 }, (_, value) => classOf(value, bounds));
    expect(classes).toEqual([...classes].sort((a, b) => a - b));
    expect(Math.max(...classes)).toBeGreaterThanOrEqual(3);
    expect(largest).toBeLessThanOrEqual(bounds[2] * 1.6);
  });

  test("values beyond the last ladder still have the deepest class", () => {
    expect(classOf(9_000, boundsFor([9_000]))).toBe(4);
  });

  test("the legend names every class once, without gaps", () => {
    expect(legendOf(boundsFor([1, 12]))).toEqual(["0", "1–2", "3–5", "6–10", ">10"]);
    expect(legendOf(boundsFor([3]))).toEqual(["0", "1", "2", "3", ">3"]);
  });

  test("no grids at all is still a legend", () => {
    expect(legendOf(boundsFor([]))).toHaveLength(5);
  });
});

test("a mixed colour lies between its two parts", () => {
  expect(mix("#ffffff", "#000000", 0)).toBe("rgb(255, 255, 255)");
  expect(mix("#ffffff", "#0b5560", 1)).toBe("rgb(11, 85, 96)");
  expect(mix("#000", "#fff", 0.5)).toBe("rgb(128, 128, 128)");
});

test.each([
  ["石湾村委会", "石湾村"], ["向北村民委员会", "向北村"], ["金鸡墟社区居委会", "金鸡墟社区"], ["金鸡墟社区居民委员会", "金鸡墟社区"],
  ["沙岗居委会", "沙岗"], ["Saligao", "Saligao"],
])("%s is written %s on the map", (name, short) => expect(shortName(name)).toBe(short));
