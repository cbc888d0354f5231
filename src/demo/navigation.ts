import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.js';
import { nearest, type Place } from './geo.js';
import { destinationOf, guide, routeReply, toSession } from './guidance.js';
import type { Log } from './log.js';
import { errorFrame, type Frame, Refusal } from './protocol.js';
import { calculateRoutes, DISABILITY_TYPES, type DisabilityType, type Route } from './routes.js';
import type { Session, Sessions } from './sessions.js';
import { STATIONS, type Station, stationNamed } from './stations.js';

/** Longer than this and the user is told CALCULATION_TIMEOUT. */
const CALCULATION_DEADLINE_MS = 30_000;
const CACHE_ENTRIES = 5000;

type Payload = Record<string, unknown>;

/** What the target does with each message of a user. */
export class Navigation {
  readonly #cache = new Map<string, Route[]>();

  constructor(
    private readonly sessions: Sessions,
    /** Milliseconds that a route takes. */
    private readonly routeLatencyMs: number,
    private readonly log: Log,
  ) {}

  /** The reply to one message, or undefined where the protocol has none. Never rejects. */
  async answer(userId: string, message: Payload): Promise<Frame | undefined> {
    try {
      return await this.#dispatch(userId, message);
    } catch (error) {
      if (error instanceof Refusal) return errorFrame(error.code, error.message);
      this.log('ERROR', `메시지 처리 오류: ${messageOf(error)}`);
      return errorFrame('INTERNAL_SERVER_ERROR', '서버 내부 오류가 발생했습니다');
    }
  }

  #dispatch(userId: string, message: Payload): Promise<Frame | undefined> {
    switch (message.type) {
      case 'start_navigation':
        return this.#start(userId, message);
      case 'location_update':
        return this.#locate(userId, message);
      case 'switch_route':
        return this.#switch(userId, message);
      case 'recalculate_route':
        return this.#recalculate(userId, message);
      case 'end_navigation':
        return this.#end(userId);
      case 'ping':
        return Promise.resolve({ type: 'pong', timestamp: new Date().toISOString() });
      default:
        throw new Refusal('UNKNOWN_MESSAGE_TYPE', `알 수 없는 메시지 타입: ${String(message.type)}`);
    }
  }

  async #start(userId: string, message: Payload): Promise<Frame> {
    const type = disabilityType(message);
    const origin = station(message.origin, 'origin');
    const destination = station(message.destination, 'destination');
    const routeId = randomUUID();
    const routes = await this.#calculate(origin, destination, type);
    await this.sessions.save(userId, toSession(routeId, routes));
    // Before the reply goes out, so that the log never knows of fewer routes than the users.
    this.log('INFO', `경로 계산 완료: route_id=${routeId}, ${routes.length}개 경로 반환`);
    return routeReply('route_calculated', routeId, routes, origin, destination);
  }

  async #locate(userId: string, message: Payload): Promise<Frame> {
    const here = place(message);
    const session = await this.#session(userId);
    const routeId = message.route_id;
    if (routeId !== undefined && routeId !== null && routeId !== session.routeId) {
      throw new Refusal('ROUTE_ID_MISMATCH', 'route_id가 현재 세션과 일치하지 않습니다');
    }
    return guide(session, here);
  }

  async #switch(userId: string, message: Payload): Promise<Frame> {
    const rank = message.target_rank;
    if (rank !== 1 && rank !== 2 && rank !== 3) throw new Refusal('INVALID_PARAMETERS', 'target_rank는 1에서 3 사이여야 합니다');
    const session = await this.#session(userId);
    const route = session.routes[rank - 1];
    if (route === undefined) throw new Refusal('ROUTE_SWITCH_FAILED', `${rank}순위 경로가 없습니다`);
    await this.sessions.save(userId, { ...session, rank });
    return { type: 'route_switched', route_id: session.routeId, selected_route_rank: rank, route_sequence: route.stations };
  }

  async #recalculate(userId: string, message: Payload): Promise<Frame> {
    const here = place(message);
    const type = disabilityType(message);
    const session = await this.#session(userId);
    const destination = destinationOf(session);
    const origin = nearest(STATIONS, here)?.place;
    if (origin === undefined || destination === undefined) throw new Refusal('ROUTE_CALCULATION_ERROR', '경로를 찾을 수 없습니다');
    const routeId = randomUUID();
    const routes = await this.#calculate(origin, destination, type);
    await this.sessions.save(userId, toSession(routeId, routes));
    this.log('INFO', `경로 재계산 완료: route_id=${routeId}, ${routes.length}개 경로`);
    return routeReply('route_recalculated', routeId, routes, origin, destination);
  }

  async #end(userId: string): Promise<undefined> {
    if (!(await this.sessions.remove(userId))) throw new Refusal('NO_ACTIVE_SESSION', '활성 세션이 없습니다');
  }

  async #session(userId: string): Promise<Session> {
    const session = await this.sessions.load(userId);
    if (session === undefined) throw new Refusal('NO_ACTIVE_SESSION', '활성 세션이 없습니다. 경로 안내를 먼저 시작하세요');
    return session;
  }

  async #calculate(origin: Station, destination: Station, type: DisabilityType): Promise<Route[]> {
    const key = `${origin.code} ${destination.code} ${type}`;
    const cached = this.#cache.get(key);
    const routes = cached ?? calculateRoutes(origin, destination, type);
    if (this.#cache.size >= CACHE_ENTRIES) this.#cache.clear();
    this.#cache.set(key, routes);
    if (this.routeLatencyMs > 0) await sleep(Math.min(this.routeLatencyMs, CALCULATION_DEADLINE_MS));
    if (this.routeLatencyMs > CALCULATION_DEADLINE_MS) throw new Refusal('CALCULATION_TIMEOUT', '경로 계산 시간이 초과되었습니다');
    if (routes.length === 0) throw new Refusal('ROUTE_CALCULATION_ERROR', '경로를 찾을 수 없습니다');
    const metrics = { event: 'route_calculation', cache_hit: cached !== undefined, disability_type: type, routes_found: routes.length };
    this.log('INFO', `METRICS: ${pythonJson(metrics)}`);
    return routes;
  }
}

/** JSON with the spaces that Python's json.dumps puts in: the log's readers match on them. */
function pythonJson(value: Record<string, string | number | boolean>): string {
  const fields = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}: ${JSON.stringify(field)}`);
  return `{${fields.join(', ')}}`;
}

function station(name: unknown, field: string): Station {
  if (typeof name !== 'string' || name.trim() === '') throw new Refusal('INVALID_PARAMETERS', `${field}이(가) 필요합니다`);
  const found = stationNamed(name);
  if (found === undefined) throw new Refusal('ROUTE_CALCULATION_ERROR', `역을 찾을 수 없습니다: ${name.slice(0, 50)}`);
  return found;
}

function disabilityType(message: Payload): DisabilityType {
  const type = DISABILITY_TYPES.find((known) => known === message.disability_type);
  if (type === undefined) throw new Refusal('INVALID_PARAMETERS', `disability_type은 ${DISABILITY_TYPES.join(', ')} 중 하나여야 합니다`);
  return type;
}

function place({ latitude, longitude }: Payload): Place {
  if (latitude === undefined || latitude === null || longitude === undefined || longitude === null) {
    throw new Refusal('MISSING_LOCATION', '위치 정보가 필요합니다');
  }
  const valid = typeof latitude === 'number' && typeof longitude === 'number' && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  if (!valid) throw new Refusal('INVALID_LOCATION', '위치 정보가 올바르지 않습니다');
  return { latitude, longitude };
}
