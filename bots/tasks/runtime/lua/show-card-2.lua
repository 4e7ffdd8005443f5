-- The version that the card shows; the card is owed no more where that is the present one.
-- KEYS: task, tasks with a card behind. ARGV: root, version.
-- Answers 1 where it is the present one.
redis.call('HSET', KEYS[1], 'shown', ARGV[2])
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[2] then return 0 end
redis.call('SREM', KEYS[2], ARGV[1])
return 1
