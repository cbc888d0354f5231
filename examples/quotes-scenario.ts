// The smallest scenario: prices on request, in TypeScript, for a service whose replies carry no id.
//
// Such a service is taken to answer in order. A reply is then recognised by what it is (`isReply`), and belongs to the oldest question
// that it can answer; every other frame is a push. Types are erased and not checked: let your editor do that.

import type { Message, Scenario, ScenarioOptions } from 'loadwitness';

const SYMBOLS = ['AAA', 'BBB', 'CCC'];

export default ({ target }: ScenarioOptions): Scenario => ({
  name: 'quotes',
  createState: () => undefined,
  connect: ({ id }) => ({ url: `${target}/quotes/${id}` }),
  tasks: [
    {
      name: 'quote',
      weight: 1,
      timeoutMs: 1_000,
      message: (user): Message => ({ type: 'quote', symbol: SYMBOLS[Math.floor(user.random() * SYMBOLS.length)] }),
      isReply: ({ type }) => type === 'price' || type === 'error',
      failure: ({ type, code }) => (type === 'error' ? `error ${String(code)}` : undefined),
    },
  ],
  // After a timeout users ask for this: once it is answered, what was asked before never will be. Without it a timeout ends the session.
  resync: { message: () => ({ type: 'ping' }), isReply: ({ type }) => type === 'pong' },
});
