import { imageTypeOf } from '../../bridge/matrix/attachment.ts';

const ENDINGS: ReadonlyMap<string, string> = new Map([
  ['txt', 'text/plain'],
  ['log', 'text/plain'],
  ['md', 'text/markdown'],
  ['csv', 'text/csv'],
  ['html', 'text/html'],
  ['htm', 'text/html'],
  ['css', 'text/css'],
  ['js', 'text/javascript'],
  ['json', 'application/json'],
  ['svg', 'image/svg+xml'],
  ['pdf', 'application/pdf'],
  ['zip', 'application/zip'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
  ['ics', 'text/calendar'],
  ['hwp', 'application/x-hwp'],
  ['hwpx', 'application/hwp+zip'],
  ['mp3', 'audio/mpeg'],
  ['ogg', 'audio/ogg'],
  ['mp4', 'video/mp4'],
]);

/** Of a picture by its bytes, so that none is shown as one that is not; of other files by their ending. */
export function mediaTypeOf(path: string, bytes: Uint8Array): string {
  return imageTypeOf(bytes) ?? ENDINGS.get(path.toLowerCase().split('.').at(-1) ?? '') ?? 'application/octet-stream';
}
