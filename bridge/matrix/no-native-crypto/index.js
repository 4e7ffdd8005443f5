// matrix-bot-sdk loads this under many names at import (package.json: overrides); nothing in Chavion calls what they stand for.
module.exports = {};
