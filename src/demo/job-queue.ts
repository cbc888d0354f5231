import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';

/** The database and the list that Celery's workers take their jobs from. */
const DATABASE = 1;
const LIST = 'celery';

/** Leaves a job for each message of a user, as the target does. In the demo nobody takes them: the list grows as long as there is load. */
export class JobQueue {
  readonly #redis: Redis;

  /** @param redis Any connection to the same server. */
  constructor(redis: Redis) {
    this.#redis = redis.duplicate({ db: DATABASE, lazyConnect: true });
    // As with the first connection: what fails is said where it matters, and a lost job is nobody's here.
    this.#redis.on('error', () => undefined);
  }

  async open(): Promise<void> {
    await this.#redis.connect();
  }

  add(): void {
    this.#redis.lpush(LIST, JSON.stringify({ id: randomUUID(), task: 'app.tasks.save_location', args: [] })).catch(() => undefined);
  }
}
