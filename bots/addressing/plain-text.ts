/** Full-width forms (！？，ＧＰＴ), as Asian keyboards write them, to their ASCII ones. */
export const halfWidth = (text: string): string =>
  text.replace(/[！-～]/gu, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0)).replaceAll('　', ' ');
