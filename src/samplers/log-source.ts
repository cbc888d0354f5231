import type { DockerClient } from '../clients/docker.js';
import { commandLogSource } from './log-command.js';
import type { LogSink, LogSource } from './log-contract.js';
import { dockerLogSource } from './log-docker.js';
import { fileLogSource } from './log-file.js';

export { EngineLostError, type LogLine, type LogSink, type LogSource, type LogTeller } from './log-contract.js';

/** Where a log is: the first of these that is given. */
export interface LogPlace {
  /** The file that it goes to. */
  log?: string;
  /** A command that writes it to stdout or stderr and goes on, program first. */
  logCommand?: readonly string[];
  /** Name (or id) of the container whose stdout and stderr it is. */
  container?: string;
}

/** The source for a place; undefined when the place names none. `docker` is needed for a container only. */
export function openLogSource(place: LogPlace, sink: LogSink, docker?: DockerClient): LogSource | undefined {
  if (place.log !== undefined) return fileLogSource(place.log, sink);
  if (place.logCommand?.[0] !== undefined) return commandLogSource(place.logCommand, sink);
  if (place.container !== undefined) return dockerLogSource(place.container, docker, sink);
  return undefined;
}
