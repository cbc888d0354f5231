/** The functions that artillery.yml calls. */
const end = Date.now() + Number(process.env.SECONDS) * 1000;
let seq = 0;

module.exports = {
  goesOn: (_context, next) => next(Date.now() < end),
  makePayload(context, _events, next) {
    const { vars } = context;
    vars.payload = JSON.stringify({
      type: 'location_update',
      latitude: 30.04442 + seq * 1e-6,
      longitude: 31.235712,
      speed: 42.5,
      seq: seq++,
      timestamp: Date.now(),
    });
    vars.sentAt = performance.now();
    return next();
  },
  recordLatency(context, events, next) {
    events.emit('histogram', 'location_update', performance.now() - context.vars.sentAt);
    return next();
  },
};
