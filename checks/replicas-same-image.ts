import { containersOf, inspectBackends } from '../src/clients/backends.js';
import type { ContainerFacts } from '../src/clients/docker.js';
import { dockerCommand, recreateCommand } from '../src/clients/shell.js';
import type { Check, CheckResult } from '../src/preflight/check.js';

const LABELS = ['org.opencontainers.image.version', 'org.opencontainers.image.revision'];

const check: Check = {
  id: 'replicas-same-image',
  title: 'All replicas are of the same image',
  why: 'After a deployment that stopped half-way, old and new code share the load, and the result is of neither.',
  needs: ['backends'],
  after: ['docker-reachable'],
  async run({ config, env, signal }) {
    if (config.backends.every(({ container }) => container === undefined)) {
      return { status: 'skip', observed: 'the backends are processes, not containers (infrastructure.docker.backends)' };
    }
    // One that is gone is told by `replicas-running`.
    return judge(containersOf(await inspectBackends(config, env, signal)), dockerCommand(config));
  },
};

export default check;

export function judge(containers: readonly ContainerFacts[], docker: string): CheckResult {
  const groups = new Map<string, ContainerFacts[]>();
  for (const facts of containers) groups.set(facts.imageId, [...(groups.get(facts.imageId) ?? []), facts]);
  const expected = 'one image';
  const byCount = [...groups.values()].sort((a, b) => b.length - a.length);
  const [most, ...others] = byCount;
  if (most === undefined) return { status: 'error', observed: 'none of the containers is there', expected };
  if (others.length === 0) return { status: 'pass', observed: `${most.length} × ${describe(most)}`, expected };
  const observed = byCount.map((group) => `${group.map(({ name }) => name).join(', ')}: ${describe(group)}`).join('; ');
  return {
    status: 'fail',
    observed,
    expected,
    remedy: `make them all anew of the image that is meant: ${recreateCommand(docker, containers)}`,
  };
}

function describe([first]: readonly ContainerFacts[]): string {
  if (first === undefined) return '';
  const versions = LABELS.map((label) => first.labels[label]).filter((one) => one !== undefined);
  return [first.image, ...versions, `(${first.imageId.slice(0, 'sha256:'.length + 12)})`].join(' ');
}
