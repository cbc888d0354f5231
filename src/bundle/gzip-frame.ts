/**
 * A bundle is one gzip member that every program can unpack. Its comment holds the SHA-256 of all bytes behind the header, so that a byte
 * that is changed anywhere is found without a second file, also where it would change nothing of what is unpacked.
 */
const PREFIX = Buffer.concat([
  // Magic, deflate, "has a comment", no time, no level, no operating system.
  Buffer.from([0x1f, 0x8b, 8, 0x10, 0, 0, 0, 0, 0, 0xff]),
  Buffer.from('loadwitness sha256:'),
]);
const DIGEST_CHARACTERS = 64;

export const HEADER_BYTES = PREFIX.length + DIGEST_CHARACTERS + 1;
/** CRC-32 and length of what is unpacked. */
export const TRAILER_BYTES = 8;

/** @param digest Hex, of all bytes behind the header. */
export function encodeHeader(digest: string): Buffer {
  return Buffer.concat([PREFIX, Buffer.from(digest, 'latin1'), Buffer.from([0])]);
}

/** The digest that a header holds; undefined when this is not the header of a bundle. */
export function decodeHeader(header: Buffer): string | undefined {
  if (header.length !== HEADER_BYTES || !header.subarray(0, PREFIX.length).equals(PREFIX) || header.at(-1) !== 0) return undefined;
  const digest = header.toString('latin1', PREFIX.length, PREFIX.length + DIGEST_CHARACTERS);
  return /^[0-9a-f]{64}$/.test(digest) ? digest : undefined;
}

export function encodeTrailer(crc: number, bytes: number): Buffer {
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(bytes % 2 ** 32, 4);
  return trailer;
}
