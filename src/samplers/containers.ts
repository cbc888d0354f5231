import type { ContainerFacts, DockerClient } from '../clients/docker.js';
import { messageOf } from '../errors.js';
import type { ComponentIdentity } from '../journal/event.js';
import { type ComponentFacts, evidenceOf, tableOf } from './container-evidence.js';
import { ContainerFollower, type FollowedContainer } from './container-follower.js';
import { followDockerEvents } from './docker-events.js';
import type { EvidenceFile, Note, Sampler, SamplerContext } from './sampler.js';

export interface ContainersOptions {
  docker: DockerClient;
  components: readonly FollowedContainer[];
}

/** What the Engine itself is called in notes. */
const ENGINE = 'docker';

/**
 * CPU, memory, network and restarts of containers from their stats, which are streamed, and what happens to them from the Engine's events.
 * Readings are of the newest message: its attributes are `backend` (of others `component`) and `container`, the short id, so that a
 * container in the place of another begins series of its own. A container without a fresh message is a gap, and a problem that says why.
 */
export function containersSampler({ docker, components }: ContainersOptions): Sampler {
  const ending = new AbortController();
  /** A context may only be told something while its call lasts. */
  const notes: Note[] = [];
  const note = (told: Note) => void notes.push(told);
  const flush = (ctx: SamplerContext) => {
    for (const told of notes.splice(0)) ctx.note(told);
  };
  const followers = components.map((followed) => new ContainerFollower({ docker, followed, note }));
  let looks: Promise<unknown> | undefined;

  /** Opens all streams. @returns what settles when each container has been looked at once */
  function open(): Promise<unknown> {
    void followDockerEvents(
      {
        docker,
        onEvent: (event) => {
          for (const follower of followers) follower.heed(event);
        },
        onLost: (reason) => note({ component: ENGINE, what: 'lost', detail: reason }),
        onBack: () => note({ component: ENGINE, what: 'reconnected' }),
      },
      ending.signal,
    );
    return Promise.all(followers.map((follower) => new Promise<void>((looked) => void follower.follow(ending.signal, looked))));
  }

  return {
    id: 'containers',
    async start(ctx) {
      looks ??= open();
      // What is not there yet is told by the first reading: a start that waits for a lost Engine would only be given up.
      await Promise.race([looks, aborted(AbortSignal.any([ctx.signal, AbortSignal.timeout(START_PATIENCE_MS)]))]);
      flush(ctx);
    },
    async sample(ctx) {
      const readings = followers.flatMap((follower) => follower.take(ctx.problem));
      flush(ctx);
      return readings;
    },
    async identify(ctx) {
      flush(ctx);
      const { found } = await lookAtAll(docker, components, ctx);
      return found.map(({ role, component, facts }) => identityOf(role, component, facts));
    },
    async snapshot(when, ctx) {
      const { found, missing } = await lookAtAll(docker, components, ctx);
      const facts = await Promise.all(found.map(({ component, facts }) => withDigests(docker, component, facts, ctx)));
      const engine = await docker.engine(ctx.signal).catch((error: unknown) => {
        missing.push(`the Engine: ${messageOf(error)}`);
        return undefined;
      });
      const state = stateOf(facts.length, missing);
      const json = `docker/${when}.json`;
      const table = `docker/containers-${when}.txt`;
      if (facts.length === 0) return [json, table].map((path) => ({ path, ...state }));
      return [
        { path: json, content: evidenceOf(engine, facts), ...state },
        { path: table, content: tableOf(facts), ...state },
      ];
    },
    async stop() {
      ending.abort();
    },
  };
}

/** A start has the time of one reading at the least, which is 1,000 ms. */
const START_PATIENCE_MS = 800;

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

interface Found {
  component: string;
  role: FollowedContainer['role'];
  facts: ContainerFacts;
}

/** Looks at each container now. Those that cannot be looked at are told as problems. */
async function lookAtAll(
  docker: DockerClient,
  components: readonly FollowedContainer[],
  { signal, problem }: SamplerContext,
): Promise<{ found: Found[]; missing: string[] }> {
  const missing: string[] = [];
  const looks = components.map(async ({ name, role, container }): Promise<Found[]> => {
    try {
      return [{ component: name, role, facts: await docker.inspect(container, signal) }];
    } catch (error) {
      missing.push(`${name}: ${messageOf(error)}`);
      return [];
    }
  });
  const found = (await Promise.all(looks)).flat();
  for (const message of missing) problem(message);
  return { found, missing };
}

function identityOf(role: ComponentIdentity['role'], name: string, facts: ContainerFacts): ComponentIdentity {
  return {
    name,
    role,
    source: 'docker',
    id: facts.id,
    // Not a digest of a repository: it may have none, or several, and they change when somebody tags.
    image: facts.imageId,
    startedAt: facts.startedAt,
    restartCount: facts.restartCount,
    ...(facts.health !== undefined && { health: facts.health }),
  };
}

async function withDigests(docker: DockerClient, component: string, facts: ContainerFacts, ctx: SamplerContext): Promise<ComponentFacts> {
  try {
    return { component, facts, digests: await docker.imageDigests(facts.imageId, ctx.signal) };
  } catch (error) {
    ctx.problem(`${component}: the digests of its image: ${messageOf(error)}`);
    return { component, facts, digests: [] };
  }
}

function stateOf(found: number, missing: readonly string[]): Pick<EvidenceFile, 'status' | 'reason'> {
  if (missing.length === 0) return { status: 'ok' };
  return { status: found === 0 ? 'missing' : 'partial', reason: missing.join('; ') };
}
