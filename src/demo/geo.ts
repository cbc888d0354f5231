/** A place on the map, in degrees. */
export interface Place {
  latitude: number;
  longitude: number;
}

const METERS_PER_DEGREE = 111_195;

/** Metres between two places. Flat geometry: at the size of one city the error is far below one metre a kilometre. */
export function distanceMeters(from: Place, to: Place): number {
  const north = (to.latitude - from.latitude) * METERS_PER_DEGREE;
  const east = (to.longitude - from.longitude) * METERS_PER_DEGREE * Math.cos((from.latitude * Math.PI) / 180);
  return Math.hypot(north, east);
}

/** The nearest of some places with its position among them and its distance in metres; undefined when there are none. */
export function nearest<P extends Place>(places: readonly P[], to: Place): { place: P; index: number; meters: number } | undefined {
  let best: { place: P; index: number; meters: number } | undefined;
  for (const [index, place] of places.entries()) {
    const meters = distanceMeters(place, to);
    if (best === undefined || meters < best.meters) best = { place, index, meters };
  }
  return best;
}
