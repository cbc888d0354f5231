import { type FileHandle, open } from 'node:fs/promises';

const CHUNK_BYTES = 1 << 16;

/** Cuts off what stands behind the last line's end. @returns how many bytes that were. */
export async function cutTornLine(path: string): Promise<number> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const end = await endOfLastLine(file, size);
    if (end < size) await file.truncate(end);
    return size - end;
  } finally {
    await file.close();
  }
}

/** Looks for it from the back: a journal can be large. */
async function endOfLastLine(file: FileHandle, size: number): Promise<number> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let end = size; end > 0; end -= CHUNK_BYTES) {
    const begin = Math.max(0, end - CHUNK_BYTES);
    const { bytesRead } = await file.read(chunk, 0, end - begin, begin);
    const newline = chunk.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (newline >= 0) return begin + newline + 1;
  }
  return 0;
}
