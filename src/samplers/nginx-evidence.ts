import { readFile } from 'node:fs/promises';
import type { DockerClient } from '../clients/docker.js';
import { type NginxProcesses, readNginxProcesses } from '../clients/nginx/processes.js';
import { readNginxConfig } from '../clients/nginx.js';
import { messageOf } from '../errors.js';
import type { EvidenceFile } from './sampler.js';

interface InContainer {
  docker: DockerClient;
  container: string;
}

/** The whole configuration as nginx itself prints it (`nginx -T`), else the files that it is made of. Never rejects. */
export async function nginxConfigFile(
  when: 'before' | 'after',
  { docker, container, config }: Partial<InContainer> & { config: string | undefined },
  signal: AbortSignal,
): Promise<EvidenceFile> {
  const path = `nginx/${when}.conf`;
  const reasons: string[] = [];
  const sources = [
    ...(docker !== undefined && container !== undefined ? [() => printed({ docker, container }, signal)] : []),
    ...(config !== undefined ? [() => files(config)] : []),
  ];
  for (const source of sources) {
    try {
      return { path, ...(await source()) };
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  return { path, status: 'missing', reason: reasons.join('; ') };
}

async function printed({ docker, container }: InContainer, signal: AbortSignal): Promise<Omit<EvidenceFile, 'path'>> {
  const { exitCode, stdout, stderr } = await docker.exec(container, ['nginx', '-T'], { signal });
  const content = stdout.toString('utf8');
  if (exitCode === 0) return { content, status: 'ok' };
  // It prints what it could read also when it would not start with it. The Engine says on stdout that there is no such program.
  const reason = `nginx -T ended with ${exitCode}: ${stderr.toString('utf8').trim() || content.trim()}`;
  if (!content.includes(HEADING)) throw new Error(reason);
  return { content, status: 'partial', reason };
}

const HEADING = '# configuration file ';

/** As `nginx -T` shows them. */
async function files(config: string): Promise<Omit<EvidenceFile, 'path'>> {
  const { files: paths, missing } = await readNginxConfig(config);
  const texts = await Promise.all([...new Set(paths)].map(async (file) => `${HEADING}${file}:\n${await readFile(file, 'utf8')}\n`));
  const content = texts.join('');
  if (missing.length === 0) return { content, status: 'ok' };
  return { content, status: 'partial', reason: `not there: ${missing.join(', ')}` };
}

/** Master and workers with their start times: a reload changes the workers, a restart the master. Never rejects. */
export async function nginxWorkersFile(
  when: 'before' | 'after',
  { docker, container }: InContainer,
  signal: AbortSignal,
): Promise<EvidenceFile> {
  const path = `nginx/workers-${when}.json`;
  try {
    const found: NginxProcesses = await readNginxProcesses(docker, container, signal);
    return { path, content: `${JSON.stringify(found, undefined, 2)}\n`, status: 'ok' };
  } catch (error) {
    return { path, status: 'missing', reason: messageOf(error) };
  }
}
