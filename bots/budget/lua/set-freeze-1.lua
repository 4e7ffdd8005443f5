-- Keeps what the newest command says; an older one that comes late undoes nothing.
-- KEYS: the freeze. ARGV: time of the command in milliseconds, what it sets, beginning with that time.
-- Answers 1; 0 where a newer one was there.
local before = redis.call('GET', KEYS[1])
if before and tonumber(string.match(before, '^%d+')) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
