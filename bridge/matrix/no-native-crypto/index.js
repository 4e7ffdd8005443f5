// matrix-bot-sdk loads this at import; nothing in Chavion calls it while rooms are not encrypted.
module.exports = {};
