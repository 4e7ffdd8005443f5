-- Keeps what the newest command says; an older one that comes late undoes nothing.
-- KEYS: models. ARGV: agent, time of the command in milliseconds, what it chooses, beginning with that time.
-- Answers 1; 0 where a newer one was there.
local before = redis.call('HGET', KEYS[1], ARGV[1])
if before and tonumber(string.match(before, '^%d+')) > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
