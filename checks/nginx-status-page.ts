import { reloadCommand } from '../src/clients/nginx/on-target.js';
import { nginxOf } from '../src/clients/nginx/read.js';
import { readStubStatus } from '../src/clients/nginx.js';
import { messageOf } from '../src/errors.js';
import type { Check } from '../src/preflight/check.js';

const check: Check = {
  id: 'nginx-status-page',
  title: "nginx's stub_status can be read",
  why: 'Without it the number of connections of nginx is a count of sockets at best, and no dropped connection is ever seen.',
  needs: ['nginx'],
  after: ['docker-reachable'],
  recommended: true,
  async run(ctx) {
    const url = ctx.config.nginx?.statusUrl;
    if (url === undefined) {
      return {
        status: 'skip',
        observed: 'no page to read: add location = /nginx_status { stub_status; } and set infrastructure.nginx.status_url',
      };
    }
    const expected = `a page of stub_status at ${url}`;
    try {
      const { active, accepted, handled } = await readStubStatus(url, ctx.signal);
      return {
        status: 'pass',
        observed: `${active} active connections; ${accepted} accepted, ${handled} handled since its start`,
        expected,
      };
    } catch (error) {
      // Only for the command: where nothing of nginx can be read it is the usual one.
      const reading = await nginxOf(ctx).catch(() => undefined);
      const reload = reading === undefined ? 'nginx -t && nginx -s reload' : reloadCommand(reading);
      const remedy = `serve it to this machine: location = ${new URL(url).pathname} { stub_status; allow <address of this machine>; deny all; } Then: ${reload}; curl -i ${url}`;
      return { status: 'fail', observed: messageOf(error), expected, remedy };
    }
  },
};

export default check;
