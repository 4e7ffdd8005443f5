import { halfWidth } from '../../bridge/protocol/orders/order-words.ts';

/** Numbers that stand for a person and open doors: they are remembered only after a master's word on it. Phone numbers, dates, prices, numbers of orders are harmless. */
export type PersonalNumber = 'resident' | 'foreigner' | 'card' | 'account' | 'passport' | 'licence';

/** Longer than any sentence with a number in it; what stands farther away does not say what a number is. */
const NEAR = 24;
/** A document's whole text is none of this file's work. */
const LONGEST = 20_000;

/** What the text gives away, each kind once. Pure. */
export function personalNumbersIn(text: string): readonly PersonalNumber[] {
  const flat = halfWidth(text.slice(0, LONGEST).normalize('NFC')).replace(/[‐-―−]/gu, '-');
  const found = new Set<PersonalNumber>();
  for (const said of numbersIn(flat, REGISTERED)) {
    const kind = registered(said);
    if (kind !== null) found.add(kind);
  }
  if (numbersIn(flat, CARD).some(isCard)) found.add('card');
  if (numbersIn(flat, ACCOUNT).some(isAccount) || numbersIn(flat, IBAN).some(isIban)) found.add('account');
  if (PASSPORT_SAID.test(flat) && PASSPORT.test(flat)) found.add('passport');
  if (numbersIn(flat, LICENCE).some(isLicence)) found.add('licence');
  return [...found];
}

interface SaidNumber {
  readonly digits: string;
  readonly text: string;
  readonly before: string;
  readonly after: string;
}

const numbersIn = (text: string, form: RegExp): readonly SaidNumber[] =>
  [...text.matchAll(form)].map((match) => ({
    text: match[0],
    digits: match[0].replace(/[^\dA-Z]/giu, ''),
    before: text.slice(Math.max(0, match.index - NEAR), match.index),
    after: text.slice(match.index + match[0].length, match.index + match[0].length + NEAR),
  }));

/** Says of the number behind it that it is something else. */
const SOMETHING_ELSE =
  /(?:주문|송장|운송장|등기|접수|예약|사업자|법인|고객|회원|상품|제품|모델|시리얼|일련|바코드|전화|문의|팩스|연락처|order|tracking|invoice|serial|phone|tel)[^\d\n]{0,12}$/iu;

const REGISTERED = /(?<![\d-])\d{6} ?-? ?\d{7}(?![\d-])/gu;
const REGISTERED_SAID = /주민|외국인 ?등록|등록 ?번호|resident|registration/iu;

/** Those given out since October 2020 have no check digit any more: of these the words around them must say what they are. */
function registered({ digits, before }: SaidNumber): PersonalNumber | null {
  const [year, month, day, sex] = [
    Number(digits.slice(0, 2)),
    Number(digits.slice(2, 4)),
    Number(digits.slice(4, 6)),
    Number(digits[6]),
  ];
  if (month < 1 || month > 12 || day < 1 || day > 31) return null;
  // Born in this century, and long after today: barcodes of Korean goods look like that.
  if ([3, 4, 7, 8].includes(sex) && year > 60) return null;
  const foreigner = sex >= 5 && sex <= 8;
  if (SOMETHING_ELSE.test(before)) return null;
  if (!REGISTERED_SAID.test(before)) {
    if (BANK_BEFORE.test(before)) return null;
    const sum = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5].reduce((all, weight, i) => all + weight * Number(digits[i]), 0);
    if (((foreigner ? 13 : 11) - (sum % 11)) % 10 !== Number(digits[12])) return null;
  }
  return foreigner ? 'foreigner' : 'resident';
}

const CARD = /(?<![\d.-])(?:\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,7}|\d{4}[ -]\d{6}[ -]\d{4,5}|\d{14,19})(?![\d-])/gu;
/** As the networks give them out; 9 is a Korean card that holds at home only. */
const ISSUED = /^(?:4|5[1-5]|22[2-9]|2[3-6]|27[012]|3[4-8]|6|9)/u;

function isCard({ digits, before }: SaidNumber): boolean {
  if (digits.length < 14 || !ISSUED.test(digits) || SOMETHING_ELSE.test(before)) return false;
  // ISO/IEC 7812-1, Luhn.
  const sum = Array.from(digits, Number)
    .toReversed()
    .reduce((all, digit, i) => {
      const value = digit * (i % 2 === 0 ? 1 : 2);
      return all + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}

const ACCOUNT = /(?<![\d-])(?:\d{2,6}(?:-\d{1,8}){1,4}|\d{3,6} \d{2,6} \d{3,8}|\d{10,16})(?![\d-])/gu;
const PHONE = /^(?:01[016-9]\d{7,8}|0(?:2|[3-7]\d)\d{7,8}|1[568]\d{6})$/u;
const AMOUNT_BEHIND = /^ ?(?:원|만|억|천|달러|불|개|점|won|usd|%)/iu;
/** Names that are nothing but a bank's say it from afar; the others are words of every day and must stand right before the number. */
const BANK_SAID = /계좌|통장|(?:은행|뱅크|카뱅|케뱅|농협|수협|신협|새마을금고|우체국 ?예금|증권)|account|bank/iu;
const BANK_BEFORE =
  /(?:국민|신한|우리|하나|기업|농협|카카오|카뱅|토스|케이|새마을|우체국|수협|신협|제일|씨티|부산|대구|광주|전북|경남|제주|산업|kb|ibk|nh|sc)(?:은행|뱅크)?[ :,은는이가]{0,4}$/iu;

function isAccount({ digits, before, after }: SaidNumber): boolean {
  if (digits.length < 10 || digits.length > 16 || PHONE.test(digits) || AMOUNT_BEHIND.test(after)) return false;
  if (SOMETHING_ELSE.test(before)) return false;
  return (
    BANK_SAID.test(before) || BANK_BEFORE.test(before) || /^[ ,(]{0,3}(?:\S{1,6}은행|\S{0,4}뱅크|농협)/u.test(after)
  );
}

const IBAN = /(?<![\dA-Z])[A-Z]{2}\d{2}(?: ?[\dA-Z]{4}){3,7}(?: ?[\dA-Z]{1,3})?(?![\dA-Z])/gu;

/** ISO 13616. */
function isIban({ digits }: SaidNumber): boolean {
  if (digits.length < 15 || digits.length > 34) return false;
  const turned = digits.slice(4) + digits.slice(0, 4);
  let rest = 0;
  for (const sign of turned)
    for (const digit of Number.parseInt(sign, 36).toString()) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1;
}

const PASSPORT_SAID = /여권|passport/iu;
const PASSPORT = /(?<![\dA-Z])(?:[A-Z]{1,2}\d{7,8}|[A-Z]\d{3}[A-Z]\d{4})(?![\dA-Z])/iu;

const LICENCE = /(?<![\d-])(?:\d{2}-\d{2}-\d{6}-\d{2}|\d{2}-\d{6}-\d{2}|\d{2} ?\d{2} ?\d{6} ?\d{2})(?![\d-])/gu;
const LICENCE_SAID = /면허|licen[cs]e/iu;

/** 11 to 28 are the regions that give them out. Bare digits are one only where the words say so. */
function isLicence({ text, digits, before, after }: SaidNumber): boolean {
  const region = digits.length === 12 ? Number(digits.slice(0, 2)) : 11;
  if (region < 11 || region > 28 || SOMETHING_ELSE.test(before)) return false;
  return LICENCE_SAID.test(before) || LICENCE_SAID.test(after) || (digits.length === 12 && /^\d\d-\d\d-/u.test(text));
}
