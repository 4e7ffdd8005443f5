-- A number that only grows, whoever comes later.
-- KEYS: hash. ARGV: field, number.
-- Answers 1; 0 where it was as high already.
local before = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '-1')
if tonumber(ARGV[2]) <= before then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
