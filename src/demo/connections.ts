import type { WebSocket } from 'ws';
import type { Log } from './log.js';
import type { Frame } from './protocol.js';

/** The sockets that this replica holds, one a user. */
export class Connections {
  readonly #sockets = new Map<string, WebSocket>();

  constructor(
    /** The most users that this replica takes. */
    readonly limit: number,
    private readonly log: Log,
  ) {}

  get size(): number {
    return this.#sockets.size;
  }

  /** Whether one more user has room. A user who is here already takes the place of their own older socket. */
  hasRoomFor(userId: string): boolean {
    return this.#sockets.size < this.limit || this.#sockets.has(userId);
  }

  /** Registers a user's socket until it closes; an older one of theirs is told so and closed. */
  add(userId: string, socket: WebSocket): void {
    const older = this.#sockets.get(userId);
    this.#sockets.set(userId, socket);
    if (older !== undefined) this.#evict(userId, older);
    this.log('INFO', `클라이언트 연결: ${userId} 총 ${this.size}/${this.limit} 개 연결`);
    socket.on('close', () => this.#remove(userId, socket));
  }

  /** Whether the user is here and the frame was sent. */
  send(userId: string, frame: object): boolean {
    const socket = this.#sockets.get(userId);
    if (socket === undefined || socket.readyState !== socket.OPEN) return false;
    socket.send(JSON.stringify(frame));
    return true;
  }

  #evict(userId: string, socket: WebSocket): void {
    this.log('WARNING', `중복 연결 감지: ${userId}, 기존 연결을 종료합니다`);
    const notice: Frame = {
      type: 'disconnected',
      user_id: userId,
      message: '다른 곳에서 연결되어 종료합니다',
      code: 'DUPLICATE_CONNECTION',
    };
    socket.send(JSON.stringify(notice));
    socket.close(1000, 'duplicate connection');
  }

  #remove(userId: string, socket: WebSocket): void {
    // After an eviction the id belongs to the newer socket.
    if (this.#sockets.get(userId) === socket) this.#sockets.delete(userId);
    this.log('INFO', `WebSocket 정상 종료: ${userId}`);
    this.log('INFO', `클라이언트 연결 해제: ${userId}, 남은 연결: ${this.size}개`);
  }
}
