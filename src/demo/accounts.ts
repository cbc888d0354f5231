import type { Account } from '../config/config.js';

/** The test accounts that the KindMap guide publishes. The demo's target has them from its start. */
export const GUIDE_ACCOUNTS: Account[] = [
  { email: 'test123@test.com', password: 'password' },
  { email: 'test789@test.com', password: 'password2' },
  { email: 'test147@test.com', password: 'password3' },
  { email: 'test258@test.com', password: 'password4' },
  { email: 'test369@test.com', password: 'password5' },
];
