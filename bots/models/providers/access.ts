/** Given to the SDKs in so many words: left out, they would look for them in the environment. */
export interface Access {
  readonly key: string;
  /** Instead of the provider's own address. */
  readonly url?: string | undefined;
}
