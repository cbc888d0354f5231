import type { CanaryNews, Recipient, Recipients } from '../recipients.js';
import type { CanaryOrder, CanaryReport } from './protocol.js';
import { timeOfDay } from './shared-clock.js';

/** How long a worker may take to answer; one that is so busy is asked again with the next canary. */
const ANSWER_MS = 2_000;

type Answer = Extract<CanaryReport, { id: number }>;

interface Question {
  worker: number;
  settle(answer: Answer | undefined): void;
}

/** The connected users of all workers of a load. Workers take turns, too. */
export class CrewRecipients implements Recipients {
  readonly #post: (worker: number, order: CanaryOrder) => void;
  /** Workers that have not ended. */
  readonly #workers: Set<number>;
  readonly #questions = new Map<number, Question>();
  #news: CanaryNews | undefined;
  #asked = 0;
  #turn = 0;

  constructor(workers: number, post: (worker: number, order: CanaryOrder) => void) {
    this.#workers = new Set(Array(workers).keys());
    this.#post = post;
  }

  async expect(seqs: readonly number[]): Promise<Recipient | undefined> {
    const workers = [...this.#workers];
    const first = this.#turn++;
    for (let step = 0; step < workers.length; step++) {
      const worker = workers[(first + step) % workers.length] as number;
      const answer = await this.#ask(worker, (id) => ({ type: 'expect', id, seqs }));
      if (answer?.type === 'expecting' && answer.recipient) return answer.recipient;
    }
    return undefined;
  }

  async missing(seqs: readonly number[]): Promise<readonly number[]> {
    const answers = await Promise.all([...this.#workers].map((worker) => this.#ask(worker, (id) => ({ type: 'look', id, seqs }))));
    return answers.flatMap((answer) => (answer?.type === 'missing' ? answer.seqs : []));
  }

  follow(news: CanaryNews): void {
    this.#news = news;
  }

  /** What a worker reports. */
  hear(report: CanaryReport): void {
    if (report.type === 'arrived') this.#news?.arrived(report.seq, timeOfDay(report.at));
    else if (report.type === 'gone') this.#news?.gone(report.seqs);
    else this.#questions.get(report.id)?.settle(report);
  }

  /** A worker has ended, well or not: it answers no more. */
  ended(worker: number): void {
    this.#workers.delete(worker);
    for (const question of [...this.#questions.values()]) if (question.worker === worker) question.settle(undefined);
  }

  #ask(worker: number, order: (id: number) => CanaryOrder): Promise<Answer | undefined> {
    if (!this.#workers.has(worker)) return Promise.resolve(undefined);
    const id = this.#asked++;
    return new Promise((resolve) => {
      const settle = (answer: Answer | undefined): void => {
        clearTimeout(deadline);
        this.#questions.delete(id);
        resolve(answer);
      };
      const deadline = setTimeout(() => settle(undefined), ANSWER_MS);
      this.#questions.set(id, { worker, settle });
      this.#post(worker, order(id));
    });
  }
}
