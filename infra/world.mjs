/* Draws the map of the world that analytics pages show: chalicelib/pages/world.json, one SVG path for each country.

Run by hand, in a folder of its own, when borders or the drawing shall change; nothing else needs Node:

    npm install world-atlas@2.0.2 d3-geo@3.1.2 topojson-client@3.1.0 topojson-simplify@3.0.3 i18n-iso-countries@7.14.0
    cp .../infra/world.mjs . && node world.mjs > .../chalicelib/pages/world.json

The borders are Natural Earth's (public domain), packed by world-atlas (ISC): 1:50 million, simplified. The projection is
Natural Earth I, Antarctica is left out. Coordinates are whole numbers in a box of WIDTH; a path's are relative. A country
too small to be seen is a dot, and so is each overseas part that ISO 3166 gives a code of its own. */

import { createRequire } from "node:module";
import { geoArea, geoCentroid, geoNaturalEarth1, geoPath } from "d3-geo";
import { feature } from "topojson-client";
import { presimplify, quantile, simplify } from "topojson-simplify";

const require = createRequire(import.meta.url);
const codes = require("i18n-iso-countries");

const WIDTH = 1600;
const SIMPLIFIED = 0.15; // the share of points that stay
const SMALLEST_RING = 5; // square units; smaller islands of a country that has larger ones go
const SMALLEST_COUNTRY = 18; // square units; a smaller country is a dot
const DOT = 4;

// Natural Earth gives no number to these: whose they are by ISO 3166, or "" where it says nothing.
const UNNUMBERED = { Kosovo: "XK", Somaliland: "SO", "N. Cyprus": "CY", "Siachen Glacier": "", "Indian Ocean Ter.": "" };

// Parts of France, Norway and the Netherlands with codes of their own: west, south, east, north in degrees.
const OVERSEAS = {
  FR: { GF: [-56, 1, -50, 7], GP: [-62, 15.7, -60.9, 16.6], MQ: [-61.3, 14.3, -60.7, 15], YT: [44, -14, 46, -12], RE: [54, -22, 57, -20] },
  NO: { SJ: [-10, 70.5, 40, 82] },
  NL: { BQ: [-69, 11.5, -62, 18] },
};
const NORTH_CAPE = 72; // of Norway, what lies further east than Jan Mayen and south of this stays

// Too small even for 1:10 million.
const DOTS = { CC: [96.8, -12.2], CX: [105.6, -10.5], GI: [-5.35, 36.14], TK: [-171.8, -9.2], TV: [179.2, -8.5] };

function overseas(code, [longitude, latitude]) {
  if (code === "NO" && latitude < NORTH_CAPE && longitude > 0) return code;
  for (const [part, [west, south, east, north]] of Object.entries(OVERSEAS[code] ?? {}))
    if (longitude >= west && longitude <= east && latitude >= south && latitude <= north) return part;
  return code;
}

function polygons({ geometry }) {
  if (!geometry) return [];
  return geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
}

/* Every polygon of the world by the code of its country. */
function byCountry(collection) {
  const found = new Map();
  for (const country of collection.features) {
    const own = country.id ? codes.numericToAlpha2(country.id) : UNNUMBERED[country.properties.name];
    if (!own || own === "AQ") continue;
    for (const coordinates of polygons(country)) {
      const code = overseas(own, geoCentroid({ type: "Polygon", coordinates }));
      found.set(code, [...(found.get(code) ?? []), coordinates]);
    }
  }
  return found;
}

/* The rings of a geometry as they are projected: lists of points. */
function rings(projection, geometry) {
  const found = [];
  const context = {
    moveTo: (x, y) => found.push([[x, y]]),
    lineTo: (x, y) => found.at(-1).push([x, y]),
    closePath: () => {},
    arc: () => {},
  };
  geoPath(projection, context)(geometry);
  return found;
}

function area(ring) {
  return Math.abs(ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length];
    return sum + x * nextY - nextX * y;
  }, 0)) / 2;
}

function drawn(ring) {
  const points = ring.map((point) => point.map(Math.round));
  const kept = points.filter(([x, y], i) => i === 0 || x !== points[i - 1][0] || y !== points[i - 1][1]);
  const steps = kept.slice(1).map(([x, y], i) => [x - kept[i][0], y - kept[i][1]]);
  const spelled = steps.map(([x, y]) => `${x}${y < 0 ? "" : " "}${y}`).reduce((text, step) =>
    text + (text && !step.startsWith("-") ? " " : "") + step, "");
  return `M${kept[0].join(" ")}l${spelled}z`;
}

function dot([x, y]) {
  return `M${Math.round(x) - DOT} ${Math.round(y)}a${DOT} ${DOT} 0 1 1 ${2 * DOT} 0 ${DOT} ${DOT} 0 1 1-${2 * DOT} 0z`;
}

function shape(projection, coordinates) {
  const geometry = { type: "MultiPolygon", coordinates };
  const all = rings(projection, geometry).sort((one, other) => area(other) - area(one));
  const whole = all.reduce((sum, ring) => sum + area(ring), 0);
  if (whole < SMALLEST_COUNTRY) {
    const largest = coordinates.map((each) => ({ type: "Polygon", coordinates: each })).sort((a, b) => geoArea(b) - geoArea(a))[0];
    return dot(projection(geoCentroid(largest)));
  }
  return all.filter((ring, i) => i === 0 || area(ring) >= SMALLEST_RING).map(drawn).join("");
}

const atlas = require("world-atlas/countries-50m.json");
const weighted = presimplify(atlas);
const simple = simplify(weighted, quantile(weighted, SIMPLIFIED));
const whole = byCountry(feature(atlas, atlas.objects.countries));
const simpler = byCountry(feature(simple, simple.objects.countries));

const projection = geoNaturalEarth1().precision(0.5).fitWidth(WIDTH, {
  type: "MultiPolygon", coordinates: [...whole.values()].flat(),
});
const shapes = Object.fromEntries([...whole.keys()].map((code) => {
  const kept = (simpler.get(code) ?? []).filter((each) => each[0].length > 3);
  return [code, shape(projection, kept.length ? kept : whole.get(code))];
}));
for (const [code, place] of Object.entries(DOTS)) shapes[code] ??= dot(projection(place));

const [, [, bottom]] = geoPath(projection).bounds({ type: "MultiPolygon", coordinates: [...whole.values()].flat() });
const sorted = Object.fromEntries(Object.entries(shapes).sort());
console.log(JSON.stringify({ width: WIDTH, height: Math.ceil(bottom), shapes: sorted }, null, 0).replaceAll('","', '",\n"'));
