import SwaggerParser from '@apidevtools/swagger-parser';

const [, , file] = process.argv;
await SwaggerParser.validate(file);
await SwaggerParser.bundle(file);
process.stdout.write('valid\n');
