// A scenario that is not KindMap: people in the rooms of a chat, over JSON-RPC 2.0.
//
//   loadwitness run --scenario examples/chat-scenario.js --target wss://chat.example.org \
//     --users 200 --spawn-rate 10 --run-time 5m
//
// What users send:  {"jsonrpc":"2.0","id":7,"method":"room.send","params":{"room":"room-3","text":"…"}}
// What comes back:  {"jsonrpc":"2.0","id":7,"result":{"messageId":"…"}}   or   {…,"id":7,"error":{"code":-32001,"message":"…"}}
// In between:       {"jsonrpc":"2.0","method":"room.message","params":{…}}   pushes: what others wrote
//
// Requests and replies carry the same id, so that many may be on their way at once, in any order (`correlation`). A push has no id: it
// is counted by its type, and never taken for a reply.
//
// The configuration can change weights and timeouts by the tasks' names, and set limits for them:
//
//   scenario: examples/chat-scenario.js
//   message_types: {send: {weight: 20}, history: {timeout_seconds: 5}}
//   success_criteria: {send_p95_ms: 200, history_p95_ms: 800}

/**
 * @import { Message, Scenario, ScenarioOptions, User } from 'loadwitness'
 * @typedef {{ nextId: number, room: string, lastMessageId: string | undefined }} ChatState What a user remembers.
 */

const ROOMS = 10;

const TEXTS = ['hello', 'is anybody there?', 'the train is late again', 'see you at the station'];

/**
 * @param {User<ChatState>} user
 * @param {string} method
 * @param {Record<string, unknown>} params
 * @returns {Message}
 */
function call(user, method, params) {
  user.state.nextId += 1;
  return { jsonrpc: '2.0', id: user.state.nextId, method, params };
}

/** The kind under which an error is counted: few kinds, so the code and not the text. @param {Message} message */
function failureOf(message) {
  const { error } = /** @type {{ error?: { code: number } }} */ (message);
  return error && `error ${error.code}`;
}

/**
 * Every run, and every worker of it, calls this once. A scenario without options can be exported as it is.
 *
 * @param {ScenarioOptions} options
 * @returns {Scenario<ChatState>}
 */
export function scenario({ target, env }) {
  return {
    name: 'chat',

    // One for each user. What is left to chance comes from `user.random()` and not from Math.random(), so that --seed repeats it.
    createState: () => ({ nextId: 0, room: '', lastMessageId: undefined }),

    // Called for each connect, reconnects included. What stands in here is never written to a file.
    connect: (user) => ({
      url: `${target}/chat?user=${encodeURIComponent(user.id)}`,
      protocols: ['chat.v1'],
      ...(env.CHAT_API_KEY !== undefined && { headers: { 'x-api-key': env.CHAT_API_KEY } }),
    }),

    correlation: {
      requestId: (message) => /** @type {number} */ (message.id),
      // A push has no id, and therefore is no reply.
      replyId: (message) => /** @type {number | undefined} */ (message.id),
    },

    // JSON-RPC has no `type`: pushes are counted by their method, replies by what they are.
    typeOf: (message) => (typeof message.method === 'string' ? message.method : 'error' in message ? 'error' : 'result'),

    // Everybody enters a room first, and changes it now and then.
    first: 'join',
    tasks: [
      {
        name: 'join',
        weight: 1,
        timeoutMs: 5_000,
        message(user) {
          // Remembered now and not when the reply comes: in paced rhythm the next message may leave before that.
          user.state.room = `room-${Math.floor(user.random() * ROOMS)}`;
          return call(user, 'room.join', { room: user.state.room });
        },
        failure: failureOf,
      },
      {
        name: 'send',
        weight: 10,
        timeoutMs: 2_000,
        message: (user) => call(user, 'room.send', { room: user.state.room, text: TEXTS[Math.floor(user.random() * TEXTS.length)] }),
        failure: failureOf,
        onReply(message, user) {
          const { result } = /** @type {{ result: { messageId: string } }} */ (/** @type {unknown} */ (message));
          user.state.lastMessageId = result.messageId;
        },
      },
      {
        name: 'history',
        weight: 2,
        timeoutMs: 3_000,
        message: (user) => call(user, 'room.history', { room: user.state.room, before: user.state.lastMessageId ?? null, limit: 20 }),
        failure: failureOf,
      },
    ],
  };
}
