/* The answer to a Sec-WebSocket-Key (RFC 6455, section 4.2.2): base64(sha1(key + GUID)). */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint32_t rotate(uint32_t x, int bits) { return x << bits | x >> (32 - bits); }

/* SHA-1 (RFC 3174) of at most 119 bytes, which fit two blocks. */
static void sha1(const char *text, size_t size, uint8_t digest[20]) {
  uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  uint8_t message[128] = {0};
  memcpy(message, text, size);
  message[size] = 0x80;
  size_t padded = size < 56 ? 64 : 128;
  for (int i = 0; i < 8; i++) message[padded - 1 - i] = (uint8_t)((uint64_t)size * 8 >> (8 * i));
  for (size_t block = 0; block < padded; block += 64) {
    uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int i = 0; i < 16; i++) {
      const uint8_t *m = message + block + 4 * i;
      w[i] = (uint32_t)m[0] << 24 | m[1] << 16 | m[2] << 8 | m[3];
    }
    for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < 80; i++) {
      uint32_t f = i < 20 ? (b & c) | (~b & d) : i < 40 || i >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
      uint32_t k = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? 0x8f1bbcdc : 0xca62c1d6;
      uint32_t next = rotate(a, 5) + f + e + k + w[i];
      e = d, d = c, c = rotate(b, 30), b = a, a = next;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
  }
  for (int i = 0; i < 20; i++) digest[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}

/* base64 of a SHA-1: 27 digits, one '=' and a final NUL. */
static void base64(const uint8_t digest[20], char text[29]) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0, at = 0; i < 21; i += 3) {
    uint32_t bits = digest[i] << 16 | digest[i + 1] << 8 | (i + 2 < 20 ? digest[i + 2] : 0);
    for (int shift = 18; shift >= 0; shift -= 6) text[at++] = digits[bits >> shift & 63];
  }
  text[27] = '=';
  text[28] = 0;
}

/* Writes the accept key for the header value that `key` begins with. Returns false when that is too long. */
static bool accept_key(const char *key, char accept[29]) {
  char text[120];
  uint8_t digest[20];
  key += strspn(key, " \t");
  int size = snprintf(text, sizeof text, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", (int)strcspn(key, "\r \t"), key);
  if (size >= (int)sizeof text) return false;
  sha1(text, (size_t)size, digest);
  base64(digest, accept);
  return true;
}
