export type { NginxConfiguration } from './nginx/configuration.js';
export { parsePrinted } from './nginx/container.js';
export { readNginxConfig } from './nginx/files.js';
export { type NginxDirective, parseNginx } from './nginx/parse.js';
export { type NginxReading, readNginx } from './nginx/read.js';
export { readStubStatus, type StubStatus } from './nginx/stub-status.js';
export type { BalancingMethod, NginxPeer, NginxUpstream } from './nginx/upstream.js';
