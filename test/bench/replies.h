/* The server's two replies, as frames that are ready to be sent. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { OP_TEXT = 1, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };

struct frame {
  size_t size;
  uint8_t bytes[4100];
};
static struct frame navigation_update, route_calculated;

/* Writes one unmasked frame of less than 64 KiB and returns its size. */
static size_t write_frame(uint8_t *out, int opcode, const uint8_t *payload, size_t size) {
  size_t header = 2;
  out[0] = (uint8_t)(0x80 | opcode);
  if (size < 126) {
    out[1] = (uint8_t)size;
  } else {
    out[1] = 126, out[2] = (uint8_t)(size >> 8), out[3] = (uint8_t)size;
    header = 4;
  }
  memcpy(out + header, payload, size);
  return header + size;
}

static void make_replies(void) {
  static const char update[] =
      "{\"type\":\"navigation_update\",\"route_id\":\"r-7f3a2b1c\",\"current_step\":3,\"instruction\":\"Turn left onto El Tahrir Street\","
      "\"distance_to_next\":120.5,\"remaining_distance\":4520.7,\"remaining_time\":612.3,\"eta\":\"2025-01-01T00:00:00Z\","
      "\"off_route\":false,\"progress\":0.42,\"snapped\":{\"latitude\":30.044420,\"longitude\":31.235712}}";
  _Static_assert(sizeof update - 1 == 311, "a navigation_update has 311 bytes");
  navigation_update.size = write_frame(navigation_update.bytes, OP_TEXT, (const uint8_t *)update, sizeof update - 1);

  enum { ROUTE_SIZE = 4001 };
  char route[ROUTE_SIZE + 64];
  int size = sprintf(route, "{\"type\":\"route_calculated\",\"route_id\":\"r-7f3a2b1c\",\"distance\":12345.6,\"duration\":1800.2,\"geometry\":[");
  for (int i = 0; size < ROUTE_SIZE - 60; i++) size += sprintf(route + size, "%s[%.5f,%.5f]", i ? "," : "", 30 + i * 0.0007, 31 + i * 0.0003);
  size += sprintf(route + size, "],\"summary\":\"");
  while (size < ROUTE_SIZE - 2) route[size++] = '.';
  memcpy(route + size, "\"}", 2);
  route_calculated.size = write_frame(route_calculated.bytes, OP_TEXT, (const uint8_t *)route, ROUTE_SIZE);
}
