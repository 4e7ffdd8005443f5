/** Why a folder cannot be looked at, or changed, so: in a word, and where. */
export class ChangeFault extends Error {
  readonly word: 'changed' | 'special' | 'too-big' | 'too-many' | 'too-deep' | 'closed' | 'kept';

  constructor(word: ChangeFault['word'], where: string) {
    super(where);
    this.name = 'ChangeFault';
    this.word = word;
  }
}
