import { writeFileSync } from 'node:fs';
import { phonePng, phoneSvg, PICTURE } from './phone-picture.ts';

/** `sh .node/run test/unit/draw-phone.ts` draws docs/phone.png anew. */
writeFileSync(PICTURE, phonePng(phoneSvg()));
