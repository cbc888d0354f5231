import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { pack as createPack, type Header } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeArchive } from '../../src/bundle/archive.js';
import { encodeHeader, encodeTrailer, HEADER_BYTES, TRAILER_BYTES } from '../../src/bundle/gzip-frame.js';
import { readArchive, UNPACK_LIMITS } from '../../src/bundle/read-archive.js';

// Some do the same hundreds of times.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-archive-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const FILES: Record<string, string | Buffer> = {
  'run/a.txt': 'one line\n',
  'run/b/empty': '',
  'run/b/zeros.bin': Buffer.alloc(1500),
  'run/journal.ndjson': `${JSON.stringify({ type: 'x', text: '줄'.repeat(500) })}\n`.repeat(200),
  'run/logs/한글.log': '로그\n',
  [`run/${'long/'.repeat(40)}name`]: 'deep\n',
};

let number = 0;
async function archive(files: Record<string, string | Buffer> = FILES): Promise<string> {
  const path = join(folder, `${++number}.tar.gz`);
  const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  const written = entries.map(([name, content], index) => {
    const file = join(folder, `${number}-${index}`);
    writeFileSync(file, content);
    return { name, file, bytes: Buffer.byteLength(content) };
  });
  await writeArchive(path, written, 1_700_000_000);
  return path;
}

async function read(path: string, limits = UNPACK_LIMITS) {
  const found: Record<string, Buffer> = {};
  const facts = await readArchive(
    path,
    async (name, content) => {
      const chunks: Buffer[] = [];
      for await (const chunk of content) chunks.push(chunk);
      found[name] = Buffer.concat(chunks);
    },
    limits,
  );
  return { ...facts, found };
}

/** An archive as somebody packs it who knows how, with the right digest. */
function forged(tar: Buffer, behind = Buffer.alloc(0)): string {
  const body = Buffer.concat([deflateRawSync(tar), behind, encodeTrailer(crc32(tar), tar.length)]);
  const path = join(folder, `forged-${++number}.tar.gz`);
  writeFileSync(path, Buffer.concat([encodeHeader(createHash('sha256').update(body).digest('hex')), body]));
  return path;
}

async function tarOf(entries: readonly (Partial<Header> & Pick<Header, 'name'>)[]): Promise<Buffer> {
  const pack = createPack();
  for (const entry of entries)
    pack.entry({ mode: 0o600, mtime: new Date(1_700_000_000_000), ...entry }, entry.type === 'file' || entry.type === undefined ? 'x' : '');
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('an archive', () => {
  it('gives back what was put into it, and is whole', async () => {
    const { found, damage, mtimeSeconds, bytes, sha256 } = await read(await archive());
    expect(Object.fromEntries(Object.entries(found).map(([name, content]) => [name, content.toString('latin1')]))).toEqual(
      Object.fromEntries(Object.entries(FILES).map(([name, content]) => [name, Buffer.from(content).toString('latin1')])),
    );
    expect(damage).toEqual([]);
    expect(mtimeSeconds).toBe(1_700_000_000);
    const raw = readFileSync(join(folder, `${number}.tar.gz`));
    expect(bytes).toBe(raw.length);
    expect(sha256).toBe(createHash('sha256').update(raw).digest('hex'));
  });

  it('is byte for byte the same when it is made again, and only its owner can read it', async () => {
    const [one, two] = [await archive(), await archive()];
    expect(readFileSync(one)).toEqual(readFileSync(two));
    expect(statSync(one).mode & 0o777).toBe(0o600);
  });

  it('can be unpacked by tar', async () => {
    const listing = execFileSync('tar', ['--numeric-owner', '-tvzf', await archive()], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    });
    expect(listing).toMatch(/^-rw------- 0\/0 +9 2023-11-14 22:13 run\/a\.txt$/m);
    expect(listing.trimEnd().split('\n')).toHaveLength(Object.keys(FILES).length);
  });

  it('is never written over', async () => {
    const path = await archive();
    await expect(writeArchive(path, [], 0)).rejects.toThrow('EEXIST');
  });

  it('rejects when a file is not as large as it was', async () => {
    const file = join(folder, 'grown');
    writeFileSync(file, 'longer than said');
    await expect(writeArchive(join(folder, 'grown.tar.gz'), [{ name: 'run/x', file, bytes: 3 }], 0)).rejects.toThrow();
  });
});

describe('a byte of an archive that is changed', () => {
  it('is found wherever it is', async () => {
    const raw = readFileSync(await archive());
    const path = join(folder, 'changed.tar.gz');
    const positions = fc.oneof(
      fc.nat(raw.length - 1),
      fc.nat(HEADER_BYTES - 1),
      fc.integer({ min: raw.length - TRAILER_BYTES - 4, max: raw.length - 1 }),
    );
    await fc.assert(
      fc.asyncProperty(positions, fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(raw);
        changed.writeUInt8(changed.readUInt8(at) ^ change, at);
        writeFileSync(path, changed);
        expect(await isRefused(path)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('is found where bytes are missing or too many', async () => {
    const raw = readFileSync(await archive());
    const path = join(folder, 'cut.tar.gz');
    for (const changed of [raw.subarray(0, -1), raw.subarray(0, HEADER_BYTES + 3), raw.subarray(0, 5), raw.subarray(1), Buffer.alloc(0)]) {
      writeFileSync(path, changed);
      expect(await isRefused(path)).toBe(true);
    }
    for (const more of [Buffer.alloc(1), Buffer.from('x'), gzipSync('more')]) {
      writeFileSync(path, Buffer.concat([raw, more]));
      expect(await isRefused(path)).toBe(true);
    }
  });

  async function isRefused(path: string): Promise<boolean> {
    return await read(path).then(
      ({ damage }) => damage.length > 0,
      (error: Error) => error.name === 'NotABundleError',
    );
  }
});

describe('an archive by somebody else', () => {
  it('is taken when it is as it would have been packed here', async () => {
    expect((await read(forged(await tarOf([{ name: 'run/a' }, { name: 'run/b' }])))).damage).toEqual([]);
  });

  it.each([
    ['a path that leads out of the folder', [{ name: 'run/../../etc/x' }], /leaves its folder/],
    ['an absolute path', [{ name: '/etc/x' }], /absolute path/],
    ['an absolute path of Windows', [{ name: 'C:/x' }], /absolute path/],
    ['backslashes', [{ name: 'run\\..\\x' }], /backslash/],
    ['a path that is not plain', [{ name: 'run/./x' }], /simplest form/],
    ['a symbolic link', [{ name: 'run/x', type: 'symlink', linkname: '/etc/passwd' }], /no plain file but a symlink/],
    ['a hard link', [{ name: 'run/x', type: 'link', linkname: 'run/y' }], /no plain file but a link/],
    ['a device', [{ name: 'run/x', type: 'character-device' }], /no plain file but a character-device/],
    ['a folder', [{ name: 'run/x', type: 'directory' }], /no plain file but a directory/],
    ['a file twice', [{ name: 'run/a' }, { name: 'run/a' }], /"run\/a" is in it twice/],
    ['files that are not in order', [{ name: 'run/b' }, { name: 'run/a' }], /not in order/],
  ] as const)('is refused with %s', async (_, entries, message) => {
    await expect(read(forged(await tarOf(entries as never)))).rejects.toThrow(message);
  });

  it('is refused when it is no archive at all', async () => {
    const plain = join(folder, 'plain.tar.gz');
    writeFileSync(plain, gzipSync(await tarOf([{ name: 'run/a' }])));
    await expect(read(plain)).rejects.toThrow(/first bytes/);
    await expect(read(forged(Buffer.from('no tar at all'.repeat(100))))).rejects.toThrow();
    const tar = await tarOf([{ name: 'run/a' }]);
    await expect(read(forged(tar.subarray(0, 700)))).rejects.toThrow();
    await expect(read(forged(Buffer.concat([tar, Buffer.from('hidden')])))).rejects.toThrow();
  });

  it.each([
    ['another mode', (tar: Buffer) => reheaded(tar, 100, '000777 ')],
    ['an owner', (tar: Buffer) => reheaded(tar, 265, 'root')],
    ['something in the padding', (tar: Buffer) => written(tar, 512 + 100, 'hidden')],
    ['more zeros behind the end', (tar: Buffer) => Buffer.concat([tar, Buffer.alloc(512)])],
  ])('is found out by %s', async (_, change) => {
    const { damage } = await read(forged(change(await tarOf([{ name: 'run/a' }, { name: 'run/b' }]))));
    expect(damage).toEqual(['what stands in it between its files is not as it was packed']);
  });

  it('is found out by bytes behind the compressed ones', async () => {
    const { damage } = await read(forged(await tarOf([{ name: 'run/a' }]), Buffer.from('hidden')));
    expect(damage).toEqual(['there are bytes behind its end']);
  });

  it('is not unpacked beyond what it may hold', async () => {
    const bomb = forged(Buffer.concat([await tarOf([{ name: 'run/a' }]), Buffer.alloc(50 * 2 ** 20)]));
    expect(statSync(bomb).size).toBeLessThan(60_000);
    await expect(read(bomb, { ...UNPACK_LIMITS, bytesBeforeRatio: 2 ** 20 })).rejects.toThrow(/not unpacked any further/);
    await expect(read(bomb, { ...UNPACK_LIMITS, bytes: 2 ** 20 })).rejects.toThrow(/not unpacked any further/);
    const many = forged(await tarOf(Array.from({ length: 30 }, (_, index) => ({ name: `run/${index + 100}` }))));
    await expect(read(many, { ...UNPACK_LIMITS, entries: 20 })).rejects.toThrow(/more than 20 files/);
  });
});

describe('whoever takes a file of an archive', () => {
  it('ends the reading by an error of its own', async () => {
    await expect(
      readArchive(await archive(), async () => {
        throw new Error('no space');
      }),
    ).rejects.toThrow('no space');
  });
});

function written(tar: Buffer, at: number, text: string): Buffer {
  const changed = Buffer.from(tar);
  changed.write(text, at, 'latin1');
  return changed;
}

/** The same with a header's field changed and its checksum right. */
function reheaded(tar: Buffer, at: number, text: string): Buffer {
  const changed = written(tar, at, text);
  changed.fill(' ', 148, 156);
  const sum = changed.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return changed;
}
