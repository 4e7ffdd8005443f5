-- A line's number: given once, never to another.
-- KEYS: numbers of lines. ARGV: the line's event, where it was said ('' or 'room event'), the highest number that the
-- caller knows of, and what was kept of the line where Redis has lost it ('': nothing).
-- Answers what is kept of the line: 'number', or 'number room event'.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then return known end
local last = tonumber(redis.call('HGET', KEYS[1], 'last') or '0')
local kept = ARGV[4]
local number = 0
if kept ~= '' then number = tonumber(string.match(kept, '^%d+')) end
if kept == '' then
  if tonumber(ARGV[3]) > last then last = tonumber(ARGV[3]) end
  number = last + 1
  kept = tostring(number)
  if ARGV[2] ~= '' then kept = kept .. ' ' .. ARGV[2] end
end
if number > last then redis.call('HSET', KEYS[1], 'last', tostring(number)) end
redis.call('HSET', KEYS[1], ARGV[1], kept)
return kept
