-- Puts a message into an inbox, once for each name.
-- KEYS: inbox, what this name was put as. ARGV: message, how many an inbox keeps (about), seconds that the name is remembered.
-- Answers the message's id in the inbox.
local known = redis.call('GET', KEYS[2])
if known then return known end
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'letter', ARGV[1])
redis.call('SET', KEYS[2], id, 'EX', ARGV[3])
return id
