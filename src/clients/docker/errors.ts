/** There is no container of this name. */
export class NoContainerError extends Error {
  override name = 'NoContainerError';
}

/** The Engine could not be reached, did not answer in time, or refused. Its message names the host and never a password. */
export class DockerError extends Error {
  override name = 'DockerError';
  constructor(
    message: string,
    /** HTTP status of a refusal; undefined where there was no answer. */
    readonly status?: number,
  ) {
    super(message);
  }
}
