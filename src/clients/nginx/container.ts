import path from 'node:path';
import type { DockerClient } from '../docker.js';
import { segmentPattern } from '../wildcard.js';
import { type FileSource, loadConfiguration, type NginxConfiguration } from './configuration.js';

const HEADING = /^# configuration file (.+):$/gm;

/** A configuration out of a running container, and how it was read: `nginx -T`, or its files where nginx would not start with them now. */
export interface ContainerConfiguration {
  configuration: NginxConfiguration;
  how: string;
}

/**
 * Reads the configuration of the nginx in a container: as `nginx -T` prints it, else its files by `cat`. nginx refuses to print it when a name of
 * an upstream cannot be looked up any more, which is when somebody wants to read it. What a master with a `-c` of its own uses is not seen.
 * Rejects with what nginx says when neither can be done.
 */
export async function readFromContainer(docker: DockerClient, container: string): Promise<ContainerConfiguration> {
  const { exitCode, stdout, stderr } = await docker.exec(container, ['nginx', '-T']);
  const text = stdout.toString('utf8');
  if (exitCode === 0) return { configuration: await parsePrinted(text), how: `nginx -T in ${container}` };
  const said = stderr.toString('utf8').trim() || text.trim();
  const main = /configuration file (\S+) test failed/.exec(said)?.[1];
  const reason = `nginx -T in ${container} ended with ${exitCode}: ${said}`;
  if (main === undefined) throw new Error(reason);
  const configuration = await loadConfiguration([main], filesIn(docker, container, main)).catch((error: unknown) => {
    throw new Error(reason, { cause: error });
  });
  return { configuration, how: `${main} in ${container} (nginx would not start with it now: ${emergency(said)})` };
}

function emergency(said: string): string {
  return /\[emerg\] (?:\d+#\d+: )?(.*)/.exec(said)?.[1] ?? said;
}

/** What `nginx -T` wrote to stdout, as one configuration. Throws when it is something else. */
export async function parsePrinted(text: string): Promise<NginxConfiguration> {
  const files = new Map<string, string>();
  const headings = [...text.matchAll(HEADING)];
  for (const [index, heading] of headings.entries()) {
    const begin = heading.index + heading[0].length + 1;
    files.set(heading[1] ?? '', text.slice(begin, headings[index + 1]?.index));
  }
  const [main] = files.keys();
  if (main === undefined) throw new Error('nginx -T printed no configuration');
  return await loadConfiguration([main], {
    read: async (file) => files.get(file),
    expand: async (pattern) => [...files.keys()].filter((file) => matches(pattern, file)).sort(),
    resolve: resolveFrom(main),
  });
}

const resolveFrom =
  (main: string) =>
  (include: string): string =>
    path.posix.resolve(path.posix.dirname(main), include);

function matches(pattern: string, file: string): boolean {
  const wanted = pattern.split('/');
  const segments = file.split('/');
  return wanted.length === segments.length && wanted.every((segment, index) => segmentPattern(segment).test(segments[index] ?? ''));
}

function filesIn(docker: DockerClient, container: string, main: string): FileSource {
  const run = (argv: readonly string[]) => docker.exec(container, argv);
  return {
    async read(file) {
      const { exitCode, stdout } = await run(['cat', file]);
      return exitCode === 0 ? stdout.toString('utf8') : undefined;
    },
    async expand(pattern) {
      // As an argument and not in the script: the shell expands it and takes nothing in it for a command.
      const { stdout } = await run(['sh', '-c', 'for file in $1; do if [ -f "$file" ]; then echo "$file"; fi; done', 'sh', pattern]);
      return stdout.toString('utf8').split('\n').filter(Boolean).sort();
    },
    resolve: resolveFrom(main),
  };
}
