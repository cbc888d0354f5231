import { expect, it } from 'vitest';
import { optionsOf } from '../../src/clients/nginx-control.js';

it.each([
  ['nginx: master process nginx', []],
  ['nginx: master process /usr/sbin/nginx -g daemon on; master_process on;', ['-g', 'daemon on; master_process on;']],
  ['nginx: master process nginx -p /srv -c my site/a.conf -g daemon off;', ['-p', '/srv', '-c', 'my site/a.conf', '-g', 'daemon off;']],
  ['nginx: master process nginx -c/etc/a.conf -q', ['-c', '/etc/a.conf']],
])('takes from %j what says which configuration it is', (command, options) => {
  expect(optionsOf(command)).toEqual(options);
});
