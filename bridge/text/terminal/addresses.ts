import { phrase } from '../say.ts';

/** `npm start -- doctor`: whether the addresses for others lead here. */
export const addressText = {
  leads: (name: string, url: string) =>
    phrase(
      () => `${name} ${url}: 여기로 이어집니다`,
      () => `${name} ${url}: leads here`,
    ),
  leadsNowhere: (name: string, url: string) =>
    phrase(
      () =>
        `${name} ${url}: 이 집에 닿지 않습니다. DNS와 Caddyfile(docs/ko/server.md의 5번)을 봐 주세요. 서버 자신만 이 주소에 닿지 못하는 곳도 있으니, 휴대폰에서도 열어 보세요.`,
      () =>
        `${name} ${url}: does not lead to this house. Look at DNS and the Caddyfile (docs/en/server.md, 5). In some networks only the server itself cannot get there: try a phone too.`,
    ),
};
