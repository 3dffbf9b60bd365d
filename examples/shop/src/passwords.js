import crypto from 'node:crypto';

/** Slow on purpose: guessing passwords from a stolen table must not be worth it. */
const ROUNDS = 60_000;
const KEY_BYTES = 32;

/** The form in which a password is stored: `salt:hash`. */
export function hashPassword(password, salt = crypto.randomBytes(16).toString('hex')) {
  const hash = crypto.pbkdf2Sync(password, salt, ROUNDS, KEY_BYTES, 'sha256');
  return `${salt}:${hash.toString('hex')}`;
}

export function passwordMatches(password, stored) {
  const [salt] = stored.split(':');
  return crypto.timingSafeEqual(Buffer.from(hashPassword(password, salt)), Buffer.from(stored));
}
