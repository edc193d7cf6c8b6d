/** A file that another program runs a plan by. */
export interface UnitFile {
  /** Its own name, without a folder. */
  readonly name: string;
  readonly text: string;
}
