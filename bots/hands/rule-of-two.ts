/**
 * Words of strangers can carry orders, and what is private can be carried out: a turn that has met both lets nothing
 * leave the house without a master's word. Each use of a tool says what it reads and what it does; the rest is computed
 * here. Pure.
 */

/** What a use of a tool brings into the turn, and where its effect ends. */
export interface Flow {
  /** `untrusted`: words of pages, letters, files, strangers. `private`: lent folders, posted files, other rooms, mail, memory. */
  readonly reads: 'neither' | 'untrusted' | 'private' | 'both';
  /** `leaves`: something that the model wrote goes to somebody outside. */
  readonly does: 'nothing' | 'workspace' | 'leaves';
}

/** Looks at what everybody in the room may see. */
export const LOOKS: Flow = { reads: 'neither', does: 'nothing' };

/** What a turn, a conversation or a workspace holds. */
export interface Taint {
  readonly untrusted: boolean;
  readonly private: boolean;
}

export const CLEAN: Taint = { untrusted: false, private: false };

export const withTaint = (a: Taint, b: Taint): Taint => ({
  untrusted: a.untrusted || b.untrusted,
  private: a.private || b.private,
});

export const taintOf = ({ reads }: Flow): Taint => ({
  untrusted: reads === 'untrusted' || reads === 'both',
  private: reads === 'private' || reads === 'both',
});

/** Whether a master has to be asked for it: it would leave, and the turn holds both. */
export const needsConsent = (before: Taint, { does }: Flow): boolean =>
  does === 'leaves' && before.untrusted && before.private;
