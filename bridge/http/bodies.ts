import type { FastifyInstance } from 'fastify';
import { jsonFault } from './json-fault.ts';
import { ApiProblem } from './problems.ts';

/**
 * JSON in, whatever curl calls it: `-d '{…}'` says form data, and so do POSTs without a body by some clients. What is
 * neither JSON nor empty is refused.
 */
export function takeJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', 'application/x-www-form-urlencoded'],
    { parseAs: 'string' },
    (request, text, done) => {
      if (text === '') return done(null, undefined);
      let body: unknown;
      try {
        body = JSON.parse(String(text));
      } catch {
        return done(
          request.headers['content-type']?.startsWith('application/json') === true
            ? new ApiProblem('request.invalid', { what: 'JSON' })
            : new ApiProblem('request.media'),
        );
      }
      const fault = jsonFault(body);
      if (fault === null) done(null, body);
      else done(new ApiProblem('request.invalid', { what: `JSON: ${fault}` }));
    },
  );
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
    body.length === 0 ? done(null, undefined) : done(new ApiProblem('request.media')),
  );
}
