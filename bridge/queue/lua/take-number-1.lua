-- One number each from 1 on, for whoever asks by a name; a name keeps its number. Numbers are never given back.
-- KEYS: names and their numbers. ARGV: name, how many there are, seconds from now that they are remembered.
-- Answers the number; 0 where they are used up.
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if known then return tonumber(known) end
local number = redis.call('ZCARD', KEYS[1]) + 1
if number > tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], number, ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return number
