-- Which round of its day this one is: the same each time it is asked.
-- KEYS: rounds of the day. ARGV: round, seconds that the day is kept.
redis.call('HSETNX', KEYS[1], ARGV[1], redis.call('HLEN', KEYS[1]) + 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
return tonumber(redis.call('HGET', KEYS[1], ARGV[1]))
