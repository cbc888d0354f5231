import { realpath } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import { connectDocker, type DockerClient } from '../../clients/docker.js';
import { containerControl, localControl, type NginxControl } from '../../clients/nginx-control.js';
import { containerFiles, localFiles, type NginxFiles } from '../../clients/nginx-edit-files.js';
import type { Config } from '../../config/config.js';
import { UsageError } from '../../errors.js';
import type { NginxPlace } from './state.js';

/** One nginx: its files, and how it is told to read them. */
export interface NginxSite {
  place: NginxPlace;
  files: NginxFiles;
  /** Rejects when no nginx runs there. */
  control(): Promise<NginxControl>;
  /** Of the paths of its files. */
  paths: typeof posix | typeof win32;
}

/** The nginx that the configuration names: its container, else its file. @throws UsageError when it names none */
export async function placeOf({ nginx, docker }: Config, env: NodeJS.ProcessEnv): Promise<NginxPlace> {
  if (nginx?.container !== undefined) {
    const host = docker?.host ?? env.DOCKER_HOST;
    return {
      container: nginx.container,
      ...(host && { host }),
      ...(docker?.certPath !== undefined && { certPath: docker.certPath }),
    };
  }
  if (nginx?.config === undefined) {
    throw new UsageError(
      'no nginx is configured: infrastructure.nginx.container names its container, infrastructure.nginx.config its file',
    );
  }
  // The same file from whichever folder and through whichever link.
  const config = await realpath(nginx.config).catch((error: unknown) => {
    throw new UsageError(`infrastructure.nginx.config: there is no ${nginx.config}`, { cause: error });
  });
  return { config };
}

/** Does some work at a place, with a client of its Engine where it is in a container: the one that is given, or one for this work. */
export async function atPlace<T>(
  place: NginxPlace,
  { env, docker }: { env: NodeJS.ProcessEnv; docker?: DockerClient | undefined },
  work: (site: NginxSite) => Promise<T>,
): Promise<T> {
  if (!('container' in place)) {
    const paths = process.platform === 'win32' ? win32 : posix;
    return await work({ place, files: localFiles, control: () => localControl(place.config), paths });
  }
  const { container, host, certPath } = place;
  const client = docker ?? connectDocker({ env, ...(host !== undefined && { host }), ...(certPath !== undefined && { certPath }) });
  try {
    return await work({
      place,
      files: containerFiles(client, container),
      control: () => containerControl(client, container),
      paths: posix,
    });
  } finally {
    if (docker === undefined) client.close();
  }
}
