/** Entry of a worker thread or process: runs its share of the users and posts what happens. */
import { CanaryClerk } from './canary-clerk.js';
import { Engine } from './engine.js';
import type { Identities } from './identities.js';
import { openParentPort } from './parent-port.js';
import { createPlan, createScenario } from './plan.js';
import type { ToWorker, WorkerData } from './protocol.js';

const port = openParentPort();
let identities: Identities | undefined;
let engine: Engine | undefined;
let clerk: CanaryClerk | undefined;

port.listen(async (message: ToWorker) => {
  switch (message.type) {
    case 'prepare':
      engine = await prepare(message.data);
      port.post({ type: 'ready' });
      break;
    case 'start':
      await engine?.run();
      port.post({ type: 'done' });
      port.close();
      break;
    case 'stop':
      await engine?.stop();
      break;
    case 'adjust':
      engine?.adjust(message.users);
      break;
    case 'tokens':
      renew(message.tokens);
      break;
    case 'canary':
      await clerk?.handle(message.order);
      break;
  }
});

async function prepare(data: WorkerData): Promise<Engine> {
  identities = data.identities;
  const { config, seed, worker, workers, canaries } = data;
  const plan = createPlan(config, identities, seed, worker, workers);
  clerk = canaries && new CanaryClerk(canaries, (report) => port.post({ type: 'canary', report }));
  return new Engine(plan, await createScenario(config), (event) => port.post({ type: 'event', event }), clerk?.mailbox);
}

function renew(tokens: readonly (readonly [number, string])[]): void {
  if (identities === undefined || identities.kind === 'guests') return;
  for (const [index, token] of tokens) {
    const user = identities.users[index];
    if (user) user.token = token;
  }
}
