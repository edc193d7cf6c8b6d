/**
 * `gateway serve` with all that telemetry does taken out: no token is timed, nothing is counted, and with
 * `--log-level silent` and no collector nothing is told. What stays is the record that the phases fill in.
 */
import { Metrics } from '../../../telemetry/metrics.ts';
import { TokenTimer } from '../../../telemetry/token-timer.ts';

const nothing = (): void => {};
TokenTimer.prototype.output = nothing;
Metrics.prototype.opened = nothing;
Metrics.prototype.ended = nothing;

await import('../../../gateway/main.ts');
