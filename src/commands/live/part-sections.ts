import { GENERATOR_LIMITS } from '../../verdict/generator.js';
import { cut, pad } from '../width.js';
import { asBytes, asMs, asShare, type Drawing, type Standing, shown, signOf, standingIn } from './drawing.js';
import type { Section } from './layout.js';

const LABEL = 11;

/** What there is beside tasks and backends, a line each: Redis, canaries, nginx, the generator itself. */
export function partSections(drawing: Drawing): Section[] {
  const parts = [
    { rank: 5, apart: true, part: redisOf(drawing) },
    { rank: 7, apart: false, part: canariesOf(drawing) },
    { rank: 9, apart: false, part: nginxOf(drawing) },
    { rank: 8, apart: false, part: generatorOf(drawing) },
  ];
  // Whichever of them is the first stands apart from the table above.
  const first = parts.findIndex(({ part }) => part !== undefined);
  return parts.flatMap(({ rank, part }, index) =>
    part === undefined ? [] : [{ rank, least: 1, most: 1, apart: index === first, draw: () => [lineOf(part, drawing)] }],
  );
}

interface Part {
  label: string;
  standing: Standing | undefined;
  /** Undefined ones are not shown: nobody reads them. */
  facts: (string | undefined)[];
}

function lineOf({ label, standing, facts }: Part, { columns, paint }: Drawing): string {
  const { text, colour } = standing === undefined ? { text: ' ', colour: 'dim' as const } : signOf(standing);
  const rest = cut(facts.filter((fact) => fact !== undefined).join(' · '), columns - LABEL - 2);
  return `${paint('dim', pad(label, LABEL))}${paint(colour, text)} ${rest}`;
}

const worst = (...standings: (Standing | undefined)[]): Standing | undefined =>
  (['bad', 'near', 'good'] as const).find((standing) => standings.includes(standing));

const fact = (value: number | undefined, format: (value: number) => string): string | undefined =>
  value === undefined ? undefined : format(value);

/** Facts of the container that it runs in, where it runs in one. */
function containerFacts({ state, now }: Drawing, role: 'redis' | 'nginx'): (string | undefined)[] {
  const component = state.components.get(role);
  if (component === undefined) return [];
  const of = (name: string): number | undefined => state.readings.get(name, { component }, now);
  return [
    fact(of('container.cpu.utilization'), (value) => `CPU ${asShare(value)}`),
    fact(of('container.memory.usage.total'), (value) => `container ${asBytes(value)}`),
  ];
}

function redisOf(drawing: Drawing): Part | undefined {
  const { state, now } = drawing;
  const of = (name: string): number | undefined => state.readings.get(name, {}, now);
  const clients = of('redis.clients.connected');
  const memory = of('redis.memory.used');
  const most = of('redis.maxmemory');
  const roundTrip = of('redis.round_trip.time');
  const { channel, run } = state;
  const subscribers = channel === undefined ? undefined : state.readings.get('redis.pubsub.subscribers', { channel }, now);
  if ([clients, memory, subscribers, roundTrip].every((value) => value === undefined)) return undefined;
  const replicas = run?.replicas ?? 0;
  const resources = run?.thresholds.resources;
  return {
    label: 'Redis',
    standing: worst(
      standingIn(clients, resources?.redisClients ?? null),
      standingIn(memory, resources?.redisMemoryBytes ?? null),
      subscribers === undefined || replicas === 0 ? undefined : subscribers < replicas ? 'bad' : 'good',
    ),
    facts: [
      `${shown(clients, String)} clients`,
      `${shown(memory, asBytes)}${most === undefined || most === 0 ? '' : ` of ${asBytes(most)}`}`,
      fact(subscribers, (value) => `${value}${replicas > 0 ? ` of ${replicas}` : ''} subscribers`),
      `round trip ${shown(roundTrip, (value) => asMs(value * 1000))}`,
      ...containerFacts(drawing, 'redis'),
    ],
  };
}

function canariesOf({ state: { canaries, run } }: Drawing): Part | undefined {
  const limit = run?.canaryLimitMs;
  if (limit === undefined) return undefined;
  const { published, late, lost, duplicates, refused, p99 } = canaries;
  const isBad = lost + late + duplicates + refused > 0;
  return {
    label: 'Canaries',
    standing: isBad ? 'bad' : published > 0 ? 'good' : undefined,
    facts: [
      `${published} published`,
      `${lost} lost`,
      `${late} late`,
      duplicates > 0 ? `${duplicates} twice` : undefined,
      refused > 0 ? `${refused} refused` : undefined,
      `p99 ${shown(p99, asMs)} (late beyond ${asMs(limit)})`,
    ],
  };
}

function nginxOf(drawing: Drawing): Part | undefined {
  const { state, now } = drawing;
  const of = (name: string): number | undefined => state.readings.get('nginx.connections_current', { state: name }, now);
  const active = of('active');
  if (active === undefined && !state.components.has('nginx')) return undefined;
  const others = ['reading', 'writing', 'waiting'].map((name) => fact(of(name), (value) => `${value} ${name}`));
  return {
    label: 'nginx',
    standing: standingIn(active, state.run?.thresholds.resources.nginxConnections ?? null),
    facts: [`${shown(active, String)} connections`, ...others, ...containerFacts(drawing, 'nginx')],
  };
}

/** The worst of the last seconds. A generator that does not keep up measures itself. */
function generatorOf({ state, now }: Drawing): Part | undefined {
  const of = (name: string): number | undefined => state.readings.get(name, {}, now);
  const { saturated, saturatedSeconds, most, seconds } = state.load.generator();
  const isOurs = state.run?.mode === 'load' && seconds > 0;
  const delay = of('generator.event_loop.delay');
  const facts = [
    isOurs ? `busy ${Math.round(most.utilization * 100)} %` : undefined,
    isOurs ? `blocked ${asMs(most.loopDelayMs)}` : fact(delay, (value) => `blocked ${asMs(value * 1000)}`),
    isOurs ? `late ${asMs(most.lagMs)}` : undefined,
    isOurs ? `GC ${asMs(most.gcMs)}` : undefined,
    fact(of('generator.cpu.utilization'), (value) => `CPU ${Math.round(value * 100)} %`),
    fact(of('generator.memory.usage'), asBytes),
  ];
  if (facts.every((one) => one === undefined)) return undefined;
  const limits = `limits ${asShare(GENERATOR_LIMITS.utilization)}, ${asMs(GENERATOR_LIMITS.loopDelayMs)}`;
  const standing = saturated ? 'bad' : saturatedSeconds > 0 ? 'near' : 'good';
  return { label: 'Generator', standing: isOurs ? standing : undefined, facts: isOurs && saturated ? [...facts, limits] : facts };
}
