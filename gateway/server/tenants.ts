/** What a tenant is given. */
export interface Tenant {
  readonly name: string;
  /** Its part of the tokens that are served while others wait too. */
  readonly weight: number;
  /** Priority of its requests, and the highest that they may ask for. */
  readonly priority: number;
}

/** Knows every tenant that is special; all others are alike. */
export class Tenants {
  readonly #known: ReadonlyMap<string, Tenant>;

  constructor(known: readonly Tenant[]) {
    this.#known = new Map(known.map((tenant) => [tenant.name, tenant]));
  }

  /** What holds for a tenant, described or not. */
  of(name: string): Tenant {
    return this.#known.get(name) ?? { name, weight: 1, priority: 0 };
  }
}
