import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Account } from '../config/config.js';
import { hashPassword, passwordMatches } from './passwords.js';

/** A person as the target knows them. */
export interface User {
  id: string;
  email: string;
  username: string;
  disabilityType: string;
  active: boolean;
  passwordHash: string;
}

export type Registration = Pick<User, 'email' | 'username' | 'disabilityType'> & { password: string };

/** The target's users. They are kept in Redis, so that all replicas know the same ones. */
export class Users {
  constructor(private readonly redis: Redis) {}

  /** Makes the accounts that are not there yet. Replicas may do it at the same time. */
  async seed(accounts: readonly Account[]): Promise<void> {
    await Promise.all(
      accounts.map(async ({ email, password }) => {
        if ((await this.byEmail(email)) !== undefined) return;
        await this.register({ email, password, username: email.split('@')[0] ?? email, disabilityType: 'PHY' });
      }),
    );
  }

  /** The new user, or undefined when the e-mail is taken. */
  async register({ password, ...registration }: Registration): Promise<User | undefined> {
    const user: User = { id: randomUUID(), ...registration, active: true, passwordHash: await hashPassword(password) };
    // Found by id before found by e-mail: whoever can log in is also somebody at /me.
    await this.redis.set(idKey(user.id), user.email);
    if ((await this.redis.set(emailKey(user.email), JSON.stringify(user), 'NX')) === 'OK') return user;
    await this.redis.del(idKey(user.id));
    return undefined;
  }

  /** The user with this e-mail and this password, or undefined. */
  async authenticate(email: string, password: string): Promise<User | undefined> {
    const user = await this.byEmail(email);
    return user !== undefined && (await passwordMatches(password, user.passwordHash)) ? user : undefined;
  }

  async byId(id: string): Promise<User | undefined> {
    const email = await this.redis.get(idKey(id));
    return email === null ? undefined : this.byEmail(email);
  }

  private async byEmail(email: string): Promise<User | undefined> {
    const stored = await this.redis.get(emailKey(email));
    return stored === null ? undefined : (JSON.parse(stored) as User);
  }
}

function emailKey(email: string): string {
  return `user:email:${email.toLowerCase()}`;
}

function idKey(id: string): string {
  return `user:id:${id}`;
}
