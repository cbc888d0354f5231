/**
 * The log counters of KindMap. The guide's own patterns are kept although the real backend never writes some of them: that they stay at
 * zero is itself a finding. Regular expressions without flags.
 */
export const KINDMAP_LOG_PATTERNS: Readonly<Record<string, string>> = {
  publish_failed: '메시지 발행 실패',
  route_calculated: '경로 계산 완료',
  guide_ws_connected: 'WebSocket 연결 성공',
  guide_ws_connect_failed: 'WebSocket 연결 실패',
  guide_publish: '메시지 발행',
  guide_cache_hit: '캐시 히트',
  client_connected: '클라이언트 연결: ',
  client_disconnected: '클라이언트 연결 해제: ',
  ws_closed: 'WebSocket 정상 종료: ',
  guest_accepted: '게스트 연결 허용: ',
  duplicate_connection: '중복 연결 감지: ',
  connection_refused: '연결 거부',
  pubsub_listener_error: 'Redis Pub/Sub 리스너 오류',
  route_metrics: 'METRICS: \\{"event": "route_calculation"',
  route_cache_hit: '"cache_hit": true',
  jwt_expired: 'JWT 토큰이 만료되었습니다',
  login: 'POST /api/v1/auth/login|로그인 성공',
  error_level: ' - (ERROR|CRITICAL) - ',
};
