-- A line's number: given once, never to another.
-- KEYS: numbers of lines. ARGV: the line's event, where it was said ('' or 'room event').
-- Answers what is kept of the line: 'number', or 'number room event'.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then return known end
local kept = tostring(redis.call('HINCRBY', KEYS[1], 'last', 1))
if ARGV[2] ~= '' then kept = kept .. ' ' .. ARGV[2] end
redis.call('HSET', KEYS[1], ARGV[1], kept)
return kept
