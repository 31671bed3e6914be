// Where a place is on the region map: Mercator, 160 units a degree; the outer islands stand closer and larger.

interface Frame {
  unit: number; // of the map, a degree of longitude
  x: number; // where 0° E would be
  y: number; // where the equator would be
}

const MAIN: Frame = { unit: 160, x: -19081.7, y: 4189.4 };
/** How tools drew them: larger than true around their own middles (see region-map.svg). */
const ISLANDS: Record<string, Frame> = {
  "TW-PEN": { unit: 304, x: -36276.2, y: 7833 },
  "TW-KIN": { unit: 320, x: -37804.4, y: 8261.5 },
  "TW-LIE": { unit: 416, x: -49925.6, y: 11365.5 },
};

export interface Place {
  latitude: number;
  longitude: number;
}

const stretched = (latitude: number) => (Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360)) * 180) / Math.PI;
const latitudeOf = (stretch: number) => (Math.atan(Math.exp((stretch * Math.PI) / 180)) * 360) / Math.PI - 90;

const EARTH = 6371; // km, its mean radius
const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** The way between two places as the crow flies (haversine). */
export function kilometres(from: Place, to: Place): number {
  const half = (degrees: number) => Math.sin(radians(degrees) / 2) ** 2;
  const eastward = Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude));
  const share = half(to.latitude - from.latitude) + eastward * half(to.longitude - from.longitude);
  return 2 * EARTH * Math.asin(Math.sqrt(share));
}

/** From degrees to the map's units. */
export function toMap(place: Place, region: string): { x: number; y: number } {
  const frame = ISLANDS[region] ?? MAIN;
  return { x: frame.x + frame.unit * place.longitude, y: frame.y - frame.unit * stretched(place.latitude) };
}

/** From the map's units to degrees. */
export function fromMap(x: number, y: number, region: string): Place {
  const frame = ISLANDS[region] ?? MAIN;
  return { latitude: latitudeOf((frame.y - y) / frame.unit), longitude: (x - frame.x) / frame.unit };
}
