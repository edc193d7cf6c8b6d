/** How much one request may ask for. Each is a setting under `limits`, where its unit and bounds stand. */
export interface RequestCaps {
  readonly choicesMax: number;
  readonly outputTokensMax: number;
  readonly logprobsMax: number;
  readonly tokenListMax: number;
  readonly stopsMax: number;
  readonly grammarBytesMax: number;
  /** Lower-case hosts that engines may fetch media from; `*` is every host. */
  readonly mediaHosts: readonly string[];
}
