/**
 * Keys that tell by their first letters whose they are. The forms are what issuers document and what the published
 * rules of gitleaks (config/gitleaks.toml, MIT) and secretlint list.
 */
export interface KeyForm {
  readonly prefix: string;
  /** What a key is made of behind its prefix. */
  readonly letters: 'word' | 'alnum' | 'snake' | 'upper' | 'dotted' | 'base64' | 'hex';
  /** Fewest characters after the prefix. */
  readonly min: number;
  /** More than length: for prefixes that ordinary words share. */
  readonly looksRight: (body: string) => boolean;
}

/** Every letter that may stand in a body of that kind; sticky. */
export const RUNS: Readonly<Record<KeyForm['letters'], RegExp>> = {
  word: /[A-Za-z0-9_-]*/y,
  alnum: /[A-Za-z0-9]*/y,
  snake: /[A-Za-z0-9_]*/y,
  upper: /[A-Z0-9]*/y,
  dotted: /[A-Za-z0-9_.=-]*/y,
  base64: /[A-Za-z0-9+/=_-]*/y,
  hex: /[0-9A-Fa-f-]*/y,
};

const count = (text: string, what: RegExp) => text.match(what)?.length ?? 0;
export const hasDigit = (body: string): boolean => /\d/.test(body);
export const isMixed = (body: string): boolean => /\d/.test(body) && /[A-Z]/.test(body) && /[a-z]/.test(body);

/** `sk-learn-pipeline-version-2` is a word; 16 letters and digits on end, or a thorough mixture, is a key. */
export function looksRandom(body: string): boolean {
  const digits = count(body, /\d/g);
  if (digits === 0 || !/[A-Za-z]/.test(body)) return false;
  if ((body.match(/[A-Za-z0-9]{16,}/g) ?? []).some(hasDigit)) return true;
  return digits >= 3 && count(body, /[A-Z]/g) >= 2 && count(body, /[a-z]/g) >= 2;
}

const forms = (
  letters: KeyForm['letters'],
  min: number,
  looksRight: (body: string) => boolean,
  prefixes: string,
): readonly KeyForm[] => prefixes.split(' ').map((prefix) => ({ prefix, letters, min, looksRight }));
const any = () => true;
const hexadecimal = (body: string) => /^[0-9A-Fa-f-]+$/.test(body) && hasDigit(body);

/** Longer prefixes before shorter ones that begin them. */
export const FORMS: readonly KeyForm[] = [
  // OpenAI, Anthropic, OpenRouter, DeepSeek, Manus and all who copied the form.
  ...forms('word', 20, looksRandom, 'sk-'),
  // Stripe, Toss Payments, ElevenLabs, Pinecone, Resend, LangSmith, Supabase, Clerk.
  ...forms(
    'snake',
    16,
    hasDigit,
    'sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ whsec_ live_sk_ test_sk_ live_gsk_ test_gsk_',
  ),
  ...forms('alnum', 40, hasDigit, 'sk_'),
  ...forms('snake', 24, isMixed, 'pcsk_ re_'),
  ...forms('word', 30, hasDigit, 'lsv2_pt_ lsv2_sk_ sbp_ sb_secret_'),
  // Google: API keys, the newer authorisation keys, OAuth secrets, access and refresh tokens.
  ...forms('word', 30, hasDigit, 'AIza'),
  ...forms('word', 30, isMixed, 'AQ. ya29. 1//0'),
  ...forms('word', 20, any, 'GOCSPX-'),
  // Perplexity, Groq, xAI, Hugging Face, Replicate, Tavily, Firecrawl, Jina.
  ...forms('alnum', 32, hasDigit, 'pplx-'),
  ...forms('alnum', 40, isMixed, 'gsk_ xai-'),
  ...forms('alnum', 30, isMixed, 'hf_ api_org_ r8_'),
  ...forms('word', 24, hasDigit, 'tvly- jina_'),
  ...forms('hex', 32, hexadecimal, 'fc-'),
  // GitHub, GitLab, Bitbucket, Atlassian, Linear, Notion, Figma, Postman, Sourcegraph.
  ...forms('snake', 30, hasDigit, 'github_pat_'),
  ...forms('alnum', 30, hasDigit, 'ghp_ gho_ ghu_ ghs_ ghr_ lin_api_'),
  ...forms(
    'dotted',
    20,
    hasDigit,
    'glpat- gldt- glft- glrt- glcbt- glptt- glsoat- gloas- glimt- glagent- glffct- GR1348941',
  ),
  ...forms('dotted', 24, isMixed, 'ATATT3 ATCTT3 ATBB'),
  ...forms('alnum', 40, isMixed, 'secret_ ntn_'),
  ...forms('word', 36, isMixed, 'figd_ figo_'),
  ...forms('hex', 50, hexadecimal, 'PMAK- sgp_'),
  // Slack, Discord bots stand elsewhere, Twilio, SendGrid, Brevo, Mailgun, Square, Shopify, Telegram stand elsewhere.
  ...forms('word', 16, hasDigit, 'xoxb- xoxp- xoxa- xoxr- xoxs- xoxo- xoxe- xoxe. xapp-'),
  ...forms('dotted', 40, isMixed, 'SG.'),
  ...forms('hex', 32, (body) => /^[0-9a-f]{32}$/.test(body), 'SK'),
  ...forms('word', 64, hasDigit, 'xkeysib- xsmtpsib-'),
  ...forms('alnum', 32, (body) => /^[0-9a-z]{32}$/.test(body) && hasDigit(body), 'key-'),
  ...forms('word', 22, isMixed, 'sq0atp- sq0csp- EAAA'),
  ...forms('alnum', 100, isMixed, 'EAAC EAAM EAAG'),
  ...forms('hex', 32, hexadecimal, 'shpat_ shpca_ shppa_ shpss_'),
  // Packages and images: npm, PyPI, RubyGems, Docker, crates.io, NuGet, Clojars, Artifactory.
  ...forms('alnum', 36, isMixed, 'npm_'),
  ...forms('word', 40, isMixed, 'pypi-AgE'),
  ...forms('hex', 48, hexadecimal, 'rubygems_'),
  ...forms('word', 20, isMixed, 'dckr_pat_ dckr_oat_'),
  ...forms('alnum', 32, isMixed, 'cio oy2 AKCp cmVmd'),
  ...forms('alnum', 60, hasDigit, 'CLOJARS_'),
  // Clouds and what runs on them.
  ...forms('upper', 16, (body) => body.length === 16 && hasDigit(body), 'AKIA ASIA ABIA ACCA'),
  ...forms('base64', 60, isMixed, 'ABSK bedrock-api-key-'),
  ...forms('alnum', 20, hasDigit, 'LTAI'),
  ...forms('hex', 64, hexadecimal, 'dop_v1_ doo_v1_ dor_v1_ sntryu_'),
  ...forms('word', 50, isMixed, 'HRKU-AA'),
  ...forms('base64', 60, isMixed, 'fm2_ fm1r_ fm1a_ glc_ sntrys_ ops_eyJ'),
  ...forms('snake', 36, hasDigit, 'glsa_'),
  ...forms('hex', 32, hexadecimal, 'dapi NRAK-'),
  ...forms('alnum', 24, isMixed, 'NRAK-'),
  ...forms('alnum', 40, isMixed, 'dp.pt. dp.st. dp.ct.'),
  ...forms('word', 24, isMixed, 'hvs. hvb. hvr.'),
  ...forms('dotted', 32, hasDigit, 'pscale_tkn_ pscale_pw_ pscale_oauth_'),
  ...forms('word', 20, hasDigit, 'tskey-auth- tskey-api- tskey-client-'),
  ...forms('alnum', 36, hasDigit, 'nfp_ pnu_'),
  ...forms('hex', 40, hexadecimal, 'pul-'),
  ...forms('word', 20, isMixed, 'phx_ phc_ dt0c01.'),
  ...forms('upper', 50, hasDigit, 'AGE-SECRET-KEY-1'),
  ...forms('word', 26, (body) => /^[A-Z0-9]{6}-[A-Z0-9-]{26,}$/.test(body) && hasDigit(body), 'A3-'),
  // Chavion's own, of outside agents.
  ...forms('word', 40, isMixed, 'chv_'),
  // Synapse's access and refresh tokens, and those of the Matrix authentication service.
  ...forms('snake', 20, any, 'syt_ syr_'),
  ...forms('snake', 24, isMixed, 'mat_ mct_ mar_'),
];
