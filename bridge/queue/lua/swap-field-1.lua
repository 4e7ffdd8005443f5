-- Writes only over what was read: of two who change a field at once, one looks again.
-- KEYS: hash. ARGV: field, what was read ('' where there was nothing), what shall stand there.
-- Answers 1; 0 where something else stands there by now.
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
