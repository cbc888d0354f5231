/** The entry of one replica: `node dist/src/demo/backend.js`, with its options in the environment (see backend-options.ts). */
import { Redis } from 'ioredis';
import { GUIDE_ACCOUNTS } from './accounts.js';
import { Auth } from './auth.js';
import { readBackendOptions } from './backend-options.js';
import { Connections } from './connections.js';
import { logIn, waste } from './disturbance.js';
import { block, conditionsOf, setOff } from './injection.js';
import { JobQueue } from './job-queue.js';
import { stderrLog } from './log.js';
import { Navigation } from './navigation.js';
import type { Frame } from './protocol.js';
import { PubSub } from './pubsub.js';
import { listen } from './server.js';
import { Sessions } from './sessions.js';
import { Tokens } from './tokens.js';
import { Users } from './users.js';

const REDIS_COMMAND_TIMEOUT_MS = 5000;

const options = readBackendOptions(process.env);
const conditions = conditionsOf(options.faults);
const log = stderrLog('app.api.v1.endpoints.websocket');
const pubsubLog = stderrLog('app.services.redis_pubsub_manager');

const redis = new Redis(options.redisUrl, {
  lazyConnect: true,
  // While Redis is away a command fails at once: users get their error, and nothing piles up.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: REDIS_COMMAND_TIMEOUT_MS,
  retryStrategy: (attempt) => Math.min(100 * attempt, 2000),
});
// Each command that fails is logged where it was given; the connection's own error says the same again at every attempt.
redis.on('error', () => undefined);
await redis.connect();

const users = new Users(redis);
const tokens = new Tokens(options.jwtSecret, options.accessTokenSeconds);
const connections = new Connections(options.maxConnections, log);
const pubsub = new PubSub(redis, options.channel, (userId, frame) => connections.send(userId, frame), pubsubLog, conditions.dropPublish);
const navigation = new Navigation(new Sessions(redis, log), options.routeLatencyMs + conditions.slowRouteMs, log);
const auth = new Auth(users, tokens, () => block(conditions.slowLoginMs), stderrLog('app.api.v1.endpoints.auth'), conditions.noRefresh);

async function send(userId: string, frame: Frame): Promise<void> {
  if (!connections.send(userId, frame) && options.pubsubEnabled) await pubsub.publish(userId, frame);
}

await users.seed(GUIDE_ACCOUNTS);
const jobs = conditions.noWorker ? new JobQueue(redis) : undefined;
await jobs?.open();
const killListener = options.pubsubEnabled ? await pubsub.listen() : () => undefined;
const keepalive = { intervalMs: options.pingIntervalMs, timeoutMs: options.pingTimeoutMs };
const parts = { redis, auth, tokens, connections, navigation, keepalive, send, log, ...(jobs && { onMessage: () => jobs.add() }) };
const port = await listen(options.host, options.port, parts);
log('INFO', `서버 시작: http://${options.host}:${port}`);

// Whoever started this replica is told its port, and takes it along when it ends.
process.on('disconnect', () => process.exit(0));
process.send?.({ port });
setOff(options.faults, { killListener, logIn: () => void logIn(auth), waste: () => waste(redis), log: pubsubLog });
