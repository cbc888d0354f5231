import { readStubStatus } from '../clients/nginx.js';
import type { Sampler } from './sampler.js';

/** nginx's connections and requests, from a page of stub_status. */
export function nginxSampler(statusUrl: string): Sampler {
  return {
    id: 'nginx',
    async sample({ signal }) {
      const { accepted, handled, requests, active, reading, writing, waiting } = await readStubStatus(statusUrl, signal);
      const states = Object.entries({ active, reading, writing, waiting });
      return [
        ...states.map(([state, value]) => ({ name: 'nginx.connections_current' as const, value, attributes: { state } })),
        { name: 'nginx.connections_accepted', value: accepted },
        { name: 'nginx.connections_handled', value: handled },
        { name: 'nginx.requests', value: requests },
      ];
    },
  };
}
