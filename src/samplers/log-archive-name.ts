import { createHash } from 'node:crypto';

const LONGEST = 60;
/** Names that Windows keeps for itself, with any extension. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Names for the files of these backends, in the same order: of letters, digits, `.`, `_` and `-`, not too long for any file system, and
 * different also where upper and lower case are the same. A name that is fit already stays as it is.
 */
export function archiveNames(backends: readonly string[]): string[] {
  const used = new Set<string>();
  return backends.map((backend) => {
    const fit = backend.normalize('NFC').replace(/[^\p{L}\p{N}._-]/gu, '_');
    // By whole characters: half of one is none.
    const plain = [...fit.replace(/^\.+|\.+$/g, '_')].slice(0, LONGEST).join('');
    const isFit = plain === backend && plain !== '' && !RESERVED.test(plain) && !used.has(plain.toLowerCase());
    const name = isFit ? plain : `${plain}-${createHash('sha256').update(backend).digest('hex').slice(0, 8)}`;
    used.add(name.toLowerCase());
    return RESERVED.test(name) ? `log-${name}` : name;
  });
}
