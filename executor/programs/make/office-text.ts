/** Characters that XML cannot hold make a whole file unreadable; letters that turn a line round deceive. */
const UNFIT = /(?![\t\n])\p{Cc}|\p{Bidi_Control}|\p{Noncharacter_Code_Point}/gu;

export const wordText = (text: string): string => text.toWellFormed().replace(UNFIT, '');
