import { describe, expect, it } from 'vitest';
import {
  parseGatewayPage,
  readGatewayPage,
} from '../../../../gateway/replay/fleet/gateway-page.ts';

const body = `
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 12.5
gateway_queue_wait_seconds_sum{replica="replica-0"} 3
gateway_queue_wait_seconds_sum{replica="replica-1"} 4.5
gateway_queue_wait_seconds_count{replica="replica-0"} 10
gateway_queue_wait_seconds_count{replica="replica-1"} 20
nodejs_eventloop_lag_p99_seconds 0.004
nodejs_eventloop_lag_max_seconds 0.02
`;

describe('a gateway’s page of metrics', () => {
  it('gives CPU, waits over all replicas and lateness', () => {
    expect(parseGatewayPage(body)).toEqual({
      cpuSeconds: 12.5,
      queueWaitSeconds: 7.5,
      queuedRequests: 30,
      eventLoopLagP99Seconds: 0.004,
      eventLoopLagMaxSeconds: 0.02,
    });
  });

  it('counts a family that it lacks as 0', () => {
    expect(Object.values(parseGatewayPage(''))).toEqual([0, 0, 0, 0, 0]);
  });

  it('is asked for at the admin port', async () => {
    const asked: string[] = [];
    const page = await readGatewayPage('http://admin.test:9', (url) => {
      asked.push(url);
      return Promise.resolve({ status: 200, headers: {}, body });
    });

    expect(asked).toEqual(['http://admin.test:9/metrics']);
    expect(page?.cpuSeconds).toBe(12.5);
  });

  it('is not there when nobody answers', async () => {
    const page = await readGatewayPage('http://admin.test:9', () =>
      Promise.reject(new Error('refused')),
    );

    expect(page).toBeUndefined();
  });
});
