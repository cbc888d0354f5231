import type { KindmapOptions, TaskConfig } from '../../config/config.js';
import { createPicker } from '../random.js';
import type { Message, Scenario, Task, User } from '../scenario.js';

interface KindmapState {
  routeId: string | undefined;
  latitude: number;
  longitude: number;
}

type KindmapUser = User<KindmapState>;

/** Where every walk begins: Gangnam station, as in the guide's example. */
const START = { latitude: 37.4979, longitude: 127.0276 };

const METERS_PER_DEGREE = 111_320;

const POSITION_REPLIES = new Set<unknown>(['navigation_update', 'arrival', 'route_deviation']);

const isError = (message: Message): boolean => message.type === 'error';

const errorKind = (message: Message): string | undefined => (isError(message) ? `error ${String(message.code)}` : undefined);

/** Takes one step of `meters` from where the user stands, in a random direction. */
export function walk(state: KindmapState, meters: number, direction: number): void {
  state.latitude += (meters * Math.cos(direction)) / METERS_PER_DEGREE;
  state.longitude += (meters * Math.sin(direction)) / (METERS_PER_DEGREE * Math.cos((state.latitude * Math.PI) / 180));
}

/**
 * A guide for people on their way through the subway of Seoul: each user asks for a route, then reports its position on the
 * way. Replies carry no id.
 *
 * @param target ws:// or wss:// origin.
 */
export function createKindmapScenario(target: string, options: KindmapOptions, tasks: Record<string, TaskConfig>): Scenario<KindmapState> {
  const pickDisability = createPicker(Object.entries(options.disabilityTypes).map(([name, weight]) => ({ name, weight })));
  const station = (user: KindmapUser): string => options.stations[Math.floor(user.random() * options.stations.length)] as string;
  const stationOtherThan = (other: string, user: KindmapUser): string => {
    const others = options.stations.filter((name) => name !== other);
    return others[Math.floor(user.random() * others.length)] as string;
  };

  const startNavigation: Omit<Task<KindmapState>, 'weight' | 'timeoutMs'> = {
    name: 'start_navigation',
    message(user) {
      const origin = station(user);
      return {
        type: 'start_navigation',
        origin,
        destination: stationOtherThan(origin, user),
        disability_type: pickDisability(user.random()).name,
      };
    },
    isReply: (message) => message.type === 'route_calculated' || isError(message),
    failure: errorKind,
    onReply(message, user) {
      user.state = { routeId: String(message.route_id), ...START };
    },
  };

  const locationUpdate: Omit<Task<KindmapState>, 'weight' | 'timeoutMs'> = {
    name: 'location_update',
    message(user) {
      const [least, greatest] = options.gpsStepMeters;
      walk(user.state, least + user.random() * (greatest - least), user.random() * 2 * Math.PI);
      const { routeId, latitude, longitude } = user.state;
      return { type: 'location_update', latitude, longitude, accuracy: 10, ...(routeId !== undefined && { route_id: routeId }) };
    },
    isReply: (message) => POSITION_REPLIES.has(message.type) || isError(message),
    failure: errorKind,
  };

  return {
    name: 'kindmap',
    createState: () => ({ routeId: undefined, ...START }),
    connect({ id, token }) {
      const query = token === undefined ? '' : `?token=${encodeURIComponent(token)}`;
      return { url: `${target}/api/v1/ws/${encodeURIComponent(id)}${query}` };
    },
    tasks: [startNavigation, locationUpdate].map((task) => {
      const { weight, timeoutSeconds } = tasks[task.name] as TaskConfig;
      return { ...task, weight, timeoutMs: timeoutSeconds * 1000 };
    }),
    first: 'start_navigation',
    // The backend works off a socket's messages one after the other.
    resync: { message: () => ({ type: 'ping' }), isReply: (message) => message.type === 'pong' },
  };
}
